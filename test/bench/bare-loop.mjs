// The loop that everybody writes by hand: one process, one session, session.run over and over. Started with
// child_process.fork as: bare-loop.mjs MODEL BATCH DIMENSIONS. Says 'ready', then for every number of ms it is sent
// loops for so long and answers with the latencies in ms.
import { InferenceSession, Tensor } from 'onnxruntime-node'

const [model, batch, dimensions] = process.argv.slice(2)
const shape = [Number(batch), ...dimensions.split('x').map(Number)]
const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => Math.random())
const session = await InferenceSession.create(model, {
  executionProviders: ['cpu'],
  graphOptimizationLevel: 'all',
})
const feeds = { [session.inputNames[0]]: new Tensor('float32', data, shape) }

process.on('message', async (forMs) => {
  const samples = []
  const end = performance.now() + forMs
  while (performance.now() < end) {
    const start = performance.now()
    await session.run(feeds)
    samples.push(performance.now() - start)
  }
  process.send(samples)
})
process.send('ready')
