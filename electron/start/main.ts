import { spawn } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { asksForServing, decide, hasDisplay, serveInstead } from './decision.ts'
import type { Decision } from './decision.ts'
import { findElectron } from './electron-program.ts'

/** A window that is gone again this soon, with an error, never opened, in ms. */
const failedToOpenMs = 10_000

const distFolder = dirname(fileURLToPath(import.meta.url))

/** Starts a program on this terminal; gives its exit code when it has ended. Signals are passed on to it. */
function runToItsEnd(program: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => child.kill(signal))
    child.once('error', () => resolve(1))
    child.once('exit', (code) => resolve(code ?? 130))
  })
}

async function follow(decision: Decision, args: readonly string[]): Promise<number> {
  console.log(decision.line)
  if (decision.kind === 'served') {
    return runToItsEnd(process.execPath, [join(distFolder, 'server.js'), ...decision.args])
  }
  const started = Date.now()
  const code = await runToItsEnd(decision.program, [dirname(distFolder), ...args])
  const opened = code === 0 || Date.now() - started > failedToOpenMs
  return opened ? code : follow(serveInstead('the desktop window could not be opened', args), args)
}

const args = process.argv.slice(2)
const display = hasDisplay(process.platform, process.env)
// Without a display Electron would be fetched for nothing.
const electron =
  display && !asksForServing(args)
    ? await findElectron((line) => console.log(line))
    : { missing: 'it was not looked for' }
process.exit(await follow(decide({ display, electron, args }), args))
