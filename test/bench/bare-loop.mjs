// The loop that everybody writes by hand: one process, one session, session.run over and over.
// node bare-loop.mjs MODEL BATCH DIMENSIONS WARMUP_MS MEASURE_MS -> prints {"meanMs", "samples"}
import { InferenceSession, Tensor } from 'onnxruntime-node'

const [model, batch, dimensions, warmupMs, measureMs] = process.argv.slice(2)
const shape = [Number(batch), ...dimensions.split('x').map(Number)]
const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.random())
const session = await InferenceSession.create(model, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
})
const feeds = { [session.inputNames[0]]: new Tensor('float32', data, shape) }

async function loop(forMs) {
  const samples = []
  const end = performance.now() + forMs
  while (performance.now() < end) {
    const start = performance.now()
    await session.run(feeds)
    samples.push(performance.now() - start)
  }
  return samples
}
await loop(Number(warmupMs))
const samples = await loop(Number(measureMs))
console.log(
  JSON.stringify({ meanMs: samples.reduce((a, b) => a + b) / samples.length, samples: samples.length }),
)
