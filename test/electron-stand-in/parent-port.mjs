// Loaded before a session host: makes a forked Node process look like Electron's utility process.
import { EventEmitter } from 'node:events'
import process from 'node:process'

const send = process.send?.bind(process)
const port = new EventEmitter()
port.postMessage = (message) => send?.(globalThis.structuredClone(message))
port.once('newListener', () => {
  process.on('message', (data) => port.emit('message', { data, ports: [] }))
})
process.on('disconnect', () => process.exit(0))
process.parentPort = port
process.send = undefined
