import { utilityProcess } from 'electron'
import { ScriptOutput, type ScriptRunner } from '../adapters/runtimes/script-runner.ts'

/** Runs scripts as Electron's utility processes: the program itself is no Node. */
export const runUtilityScript: ScriptRunner = ({ path, args, environment, workingFolder }, signal) =>
  new Promise((resolve) => {
    const output = new ScriptOutput()
    const child = utilityProcess.fork(path, [...args], {
      env: environment,
      cwd: workingFolder,
      stdio: ['ignore', 'pipe', 'pipe'],
      serviceName: 'Batchscope runtime installer',
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer | string) => output.append(chunk))
    }
    let spawned = false
    // One that was not spawned yet cannot be ended.
    const end = () => void (spawned && child.kill())
    child.once('spawn', () => {
      spawned = true
      if (signal.aborted) end()
    })
    signal.addEventListener('abort', end, { once: true })
    child.once('exit', (code) => {
      signal.removeEventListener('abort', end)
      // The last words may arrive after the exit.
      setTimeout(() => resolve({ code, output: output.text }), 100)
    })
  })
