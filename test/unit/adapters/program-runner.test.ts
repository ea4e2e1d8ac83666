import { afterEach, describe, expect, it } from 'vitest'
import { programRunner } from '../../../electron/adapters/program-runner.ts'

const node = (code: string, options: { timeoutMs?: number; signal?: AbortSignal } = {}) =>
  programRunner.run(process.execPath, ['-e', code], { timeoutMs: 20_000, ...options })

describe('running a program', () => {
  const wish = new AbortController()
  afterEach(() => wish.abort())

  it('gives its code and what it wrote', async () => {
    expect(await node('console.log("answer"); console.error("aside"); process.exit(3)')).toEqual({
      ...{ started: true, code: 3, standardOutput: 'answer\n', standardError: 'aside\n' },
    })
  })

  it('says why it could not be started', async () => {
    expect(await programRunner.run('no-such-program-here', [], { timeoutMs: 1000 })).toEqual({
      ...{ started: false, reason: 'There is no program no-such-program-here here.' },
    })
  })

  it('ends it when its time is over, and keeps what it wrote until then', async () => {
    const end = await node('console.log("begun"); setInterval(() => {}, 1000)', { timeoutMs: 1000 })
    expect(end).toMatchObject({ started: true, endedFor: 'time', standardOutput: 'begun\n' })
  })

  it('ends what it started too, and what does not listen', async () => {
    const child = 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'
    const parent = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child)}], { stdio: "inherit" })
      .on("spawn", () => console.log("begun")); setInterval(() => {}, 1000)`
    expect(await node(parent, { timeoutMs: 1000 })).toMatchObject({ started: true, endedFor: 'time' })
  })

  it('ends it when it is no longer wanted, even before it began', async () => {
    wish.abort()
    expect(await node('setInterval(() => {}, 1000)', { signal: wish.signal })).toMatchObject({
      ...{ started: true, endedFor: 'signal' },
    })
  })

  it('ends one that writes without end', async () => {
    const end = await node('const write = () => process.stdout.write("x".repeat(65536), write); write()')
    if (!end.started) throw new Error(end.reason)
    expect(end.endedFor).toBe('output')
    expect(end.standardOutput.length).toBeLessThanOrEqual(4 * 2 ** 20)
  })
})
