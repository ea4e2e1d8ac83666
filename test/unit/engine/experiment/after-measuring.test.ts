import { describe, expect, it } from 'vitest'
import type { Runner } from '../../../../electron/engine/experiment/runner.ts'
import { newExperiment, run } from './run-on-devices.ts'
import { specOf } from './simulated-run.ts'

/** A project with a sweep of two batch sizes on cuda. */
const project = () => {
  const spec = specOf([1, 2], { executions: 1 })
  return newExperiment({ ...spec, factors: { ...spec.factors, executionProviders: ['cuda'] } })
}

/** Runs it; `end` is called when the first trial begins to be profiled. */
async function interrupted(fold: ReturnType<typeof project>, end: (runner: Runner) => void) {
  const said: string[] = []
  const doing = (activity: string, runner: Runner) => {
    said.push(activity)
    end(runner)
  }
  return { ...(await run(fold, { fate: () => 'measures', doing })), said }
}

describe('what is done after measuring', () => {
  it('leaves the experiment finished when it is stopped, for everything is measured', async () => {
    const { ended, said, ran, experiment } = await interrupted(project(), (runner) => runner.stop())
    expect(ran).toHaveLength(2)
    expect(said).toHaveLength(1)
    expect(ended).toBe('finished')
    expect(experiment.state).toBe('finished')
    expect(experiment.trialTimes.size).toBe(0)
  })

  it('is left to be resumed when Batchscope closes, and is done then', async () => {
    const fold = project()
    const { ended, said, experiment } = await interrupted(fold, (runner) => runner.abandon())
    expect(said).toHaveLength(1)
    expect(ended).toBe('stopped')
    expect(experiment.state).not.toBe('finished')
    const resumed = await interrupted(fold, () => undefined)
    expect(resumed.ran).toEqual([])
    expect(resumed.said.map((each) => each.slice(0, 36))).toEqual([
      'Profiling 1 of 2: batch 1 on cuda, t',
      'Profiling 2 of 2: batch 2 on cuda.',
    ])
    expect(resumed.ended).toBe('finished')
    expect(resumed.experiment.trialTimes.size).toBe(2)
  })
})
