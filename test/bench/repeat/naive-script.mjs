// The script that everybody writes by hand: one process, one pass over the powers of two, a few calls to warm up, a
// fixed number of timed calls, the highest items/s wins. Started as: naive-script.mjs MODEL, with a list of
// { batchSize, inputs: [{ name, type, shape }] } as JSON on standard input. Prints { batchSize } as JSON.
import { InferenceSession, Tensor } from 'onnxruntime-node'

const warmupCalls = 3
const timedCalls = 30

const random = {
  float32: (length) => Float32Array.from({ length }, () => Math.random()),
  float64: (length) => Float64Array.from({ length }, () => Math.random()),
  int32: (length) => new Int32Array(length).fill(1),
  int64: (length) => new BigInt64Array(length).fill(1n),
  bool: (length) => new Uint8Array(length).fill(1),
}

let text = ''
for await (const chunk of process.stdin) text += chunk
const session = await InferenceSession.create(process.argv[2])

let best = { batchSize: 0, itemsPerSecond: 0 }
for (const { batchSize, inputs } of JSON.parse(text)) {
  const feeds = Object.fromEntries(
    inputs.map(({ name, type, shape }) => {
      const length = shape.reduce((product, size) => product * size, 1)
      return [name, new Tensor(type, random[type](length), shape)]
    }),
  )
  for (let call = 0; call < warmupCalls; call += 1) await session.run(feeds)
  const started = performance.now()
  for (let call = 0; call < timedCalls; call += 1) await session.run(feeds)
  const itemsPerSecond = (batchSize * timedCalls * 1000) / (performance.now() - started)
  if (itemsPerSecond > best.itemsPerSecond) best = { batchSize, itemsPerSecond }
}
console.log(JSON.stringify({ batchSize: best.batchSize }))
