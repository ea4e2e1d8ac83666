import { mutant } from './try-model.ts'

/** What came of one mutant. */
export interface WorkerMessage {
  index: number
  outcome: string
  /** What a person must never see: set where the outcome is `crashed`. */
  crash?: string
  /** Processor time of this process for this mutant. */
  cpuMs: number
  /** The highest resident set so far, less that before the first mutant. */
  grownBytes: number
}

/** Garbage is collected this often, so that what is measured is what the mutants take. */
const collectEvery = 50

process.on('message', ({ seed, first, end }: { seed: number; first: number; end: number }) => {
  void run(seed, first, end)
})

async function run(seed: number, first: number, end: number): Promise<void> {
  // Everything is loaded and compiled before anything is measured.
  for (let index = 0; index < 20; index += 1)
    await mutant(seed + 1, index)
      .run()
      .catch(() => undefined)
  globalThis.gc?.()
  const baseBytes = process.memoryUsage.rss()
  for (let index = first; index < end; index += 1) {
    const { run: tryIt } = mutant(seed, index)
    if (index % collectEvery === 0) globalThis.gc?.()
    const before = process.cpuUsage()
    const result = await tryIt().then(
      (outcome) => ({ outcome }),
      (error: unknown) => ({ outcome: 'crashed', crash: firstLines(error) }),
    )
    const { user, system } = process.cpuUsage(before)
    const grownBytes = process.resourceUsage().maxRSS * 1024 - baseBytes
    const message: WorkerMessage = { index, ...result, cpuMs: (user + system) / 1000, grownBytes }
    await new Promise<void>((resolve) => process.send?.(message, () => resolve()))
  }
  process.disconnect()
}

function firstLines(error: unknown): string {
  return (error instanceof Error ? (error.stack ?? error.message) : String(error))
    .split('\n')
    .slice(0, 4)
    .join(' ')
}
