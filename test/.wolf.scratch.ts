import { compareExecutions } from '../electron/engine/statistics/change-test.ts'
import { createRandom } from '../electron/engine/statistics/random.ts'
import { gaussian } from './unit/engine/statistics/simulated-latencies.ts'
const effects: Record<string, (r: any) => number> = {
  normal: gaussian,
  'modes.3': (r) => (r.next() < 0.3 ? 1.5275 : -0.6547),
  'modes.5': (r) => (r.next() < 0.5 ? 1 : -1),
  heavy: (r) => { const c = Array.from({ length: 4 }, () => gaussian(r) ** 2).reduce((s, x) => s + x, 0); return gaussian(r) / Math.sqrt(c / 4) / Math.SQRT2 },
}
const runs = Number(process.argv[2] ?? 1500)
const cells: [number, number, number][] = [[1,2,2],[1,2,3],[2,2,2],[2,2,3],[1,3,3],[2,3,3],[3,2,2]]
function make(r: any, K: number, a: number, b: number, noise: number, draw: any, ratio: number) {
  return Array.from({ length: K }, () => {
    const side = (n: number, shift: number) => Array.from({ length: n }, () => ({ mean: Math.exp(shift + noise * draw(r) + 0.003 * gaussian(r)), samples: 100, relativeVariance: 9e-6, blocks: 30 }))
    return { before: side(a, 0), after: side(b, Math.log(ratio)) }
  })
}
const any = (t: any) => [t.overall, ...t.configurations].some((c: any) => c.verdict !== 'no-difference-shown')
console.log('A/A, threshold 0: % wolf by noise 1,2,5,(10) % | mean of first three | at 3 % threshold')
for (const [K, a, b] of cells) for (const [name, draw] of Object.entries(effects)) {
  const out: number[] = [], out3: number[] = []
  for (const noise of [0.01, 0.02, 0.05, 0.1]) {
    let w = 0, w3 = 0
    for (let i = 0; i < runs; i++) {
      const m = make(createRandom(i * 31 + noise * 1e4 + K * 7 + a + b), K, a, b, noise, draw, 1)
      if (any(compareExecutions(m, { threshold: 0, seed: i }))) w++
      if (any(compareExecutions(m, { threshold: 0.03, seed: i }))) w3++
    }
    out.push(100 * w / runs); out3.push(100 * w3 / runs)
  }
  console.log(`K=${K} ${a}v${b} ${name.padEnd(8)}`, out.map((x) => x.toFixed(1)).join(' '), '|', ((out[0]! + out[1]! + out[2]!) / 3).toFixed(1), '|', out3.map((x) => x.toFixed(1)).join(' '))
}
console.log('power at noise 2 % log-normal, default threshold, overall: 3 5 10 15 20 30 50 %')
for (const [K, a, b] of cells) {
  const out = [1.03, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5].map((ratio) => {
    let f = 0
    for (let i = 0; i < runs / 2; i++) if (compareExecutions(make(createRandom(i + 5), K, a, b, 0.02, gaussian, ratio), { seed: i })?.overall.verdict === 'slower') f++
    return (200 * f / runs).toFixed(0)
  })
  console.log(`K=${K} ${a}v${b}`, out.join(' '))
}
