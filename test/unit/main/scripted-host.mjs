// A session host that does what its environment says, instead of inference.
import { Buffer } from 'node:buffer'
import process from 'node:process'

const { parentPort } = process
const script = {
  answers: () => {
    parentPort.on('message', ({ data }) => {
      if (data.request === 'describe') {
        parentPort.postMessage({
          message: 'described',
          onnxruntime: '0',
          node: process.version,
          backends: [],
        })
      }
      if (data.request === 'end') process.exit(0)
    })
    parentPort.postMessage({ message: 'ready', clock: 'test' })
  },
  fails: () => {
    process.stderr.write('the last words\n', () => process.exit(1))
  },
  aborts: () => process.abort(),
  babbles: () => {
    parentPort.on('message', () => {})
    parentPort.postMessage({ message: 'hello?' })
  },
  grows: () => {
    parentPort.on('message', () => {
      const kept = []
      for (;;) kept.push(Buffer.alloc(8 * 2 ** 20, 1))
    })
    parentPort.postMessage({ message: 'ready', clock: 'test' })
  },
}
script[process.env.HOST_SCRIPT]()
