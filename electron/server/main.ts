import { realpathSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { badInput, failureLine, toFailure } from '../contract/failure.ts'
import { serve } from './serve.ts'
import type { ServeOptions } from './serve.ts'

export { serve }

const usage = `Usage: node dist/server.js [--port N] [--host H] [--allow FOLDER]... [--open]

  --port N        port to serve on (default: any that is free)
  --host H        address to serve on (default: 127.0.0.1)
  --allow FOLDER  lets the page open files in this folder by their path
  --open          opens the page in the default browser
`

/** Serves until a signal ends it. Gives the exit code. */
async function run(args: string[]): Promise<number> {
  const options = readOptions(args)
  if (options === undefined) {
    process.stdout.write(usage)
    return 0
  }
  const server = await serve({ ...options, onReady: (url) => process.stdout.write(`${url}\n`) })
  await nextSignal()
  setTimeout(exitAtNextSignal, repeatMs).unref()
  await server.close()
  return 0
}

function readOptions(args: string[]): ServeOptions | undefined {
  const { values } = parseOptions(args)
  if (values.help) return undefined
  const port = Number(values.port)
  if (!/^\d+$/.test(values.port) || port > 65_535) {
    throw badInput(`"${values.port}" is no port.`, 'Ports are whole numbers from 0 to 65535.')
  }
  return { host: values.host, port, open: values.open, allow: values.allow }
}

function parseOptions(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string', default: '0' },
        host: { type: 'string', default: '127.0.0.1' },
        allow: { type: 'string', multiple: true, default: [] },
        open: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    })
  } catch (error) {
    throw badInput(error instanceof Error ? error.message : String(error), 'See --help.')
  }
}

/** One Ctrl+C can arrive several times: from the terminal, and from npm passing it on. In ms. */
const repeatMs = 1000

const endingSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Stays listening, so that a repeated signal does not end the process while it closes. */
function nextSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of endingSignals) process.on(signal, () => resolve())
  })
}

/** Whoever asks again does not want to wait. */
function exitAtNextSignal(): void {
  for (const signal of endingSignals) process.once(signal, () => process.exit(130))
}

const started = process.argv[1]
if (started !== undefined && realpathSync(started) === fileURLToPath(import.meta.url)) {
  try {
    process.exit(await run(process.argv.slice(2)))
  } catch (error) {
    const failure = toFailure(error)
    process.stderr.write(`${failureLine(failure)}\n`)
    process.exit(failure.code === 'internal' ? 1 : 2)
  }
}
