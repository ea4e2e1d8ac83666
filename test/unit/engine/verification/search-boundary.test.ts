import { expect, it } from 'vitest'
import { BatchscopeError } from '../../../../electron/contract/failure.ts'
import { verificationPlan } from '../../../../electron/engine/verification/plan.ts'
import type { ModelAtHand, VerificationScene } from '../../../../electron/engine/verification/scene.ts'
import { searchBoundary } from '../../../../electron/engine/verification/search-boundary.ts'
import { exampleEnvironment, fakeEngine } from '../../cli/fake-session.ts'
import { madeUpSweep, madeUpTrial, powersOfTwo } from './made-up.ts'

const plan = verificationPlan({
  ...{ provider: 'cuda', timeBudgetMs: 480_000, resourcesFolder: '/resources', python: 'python3' },
  join: (...parts) => parts.join('/'),
})
const [model] = plan.models
const sweep = madeUpSweep(powersOfTwo.map((size) => madeUpTrial(size)))

async function search(limitMs: number) {
  if (model === undefined) throw new Error('The plan has no model.')
  const { verification } = fakeEngine({ environment: exampleEnvironment }).session
  const scene: VerificationScene = {
    ...verification,
    commands: {
      ...verification.commands,
      startExperiment: () =>
        Promise.reject(
          new BatchscopeError({
            code: 'internal',
            message: 'The disk is full.',
            hint: 'Free some.',
            owner: 'user',
          }),
        ),
    },
    programs: { run: async () => ({ started: false, reason: 'None.' }) },
    session: { executionProvider: 'cuda', runtime: undefined },
    signal: new AbortController().signal,
    listener: { begins: () => undefined, run: () => undefined, ended: () => undefined },
  }
  const atHand = { model } as ModelAtHand
  return searchBoundary(atHand, sweep, { plan, limitMs, feedable: 100_000 }, scene)
}

it('rejects when an experiment cannot be run, which is no boundary that there is nothing to judge of', async () => {
  await expect(search(100_000)).rejects.toThrow('The disk is full.')
})

it('says that there was no time, not that there was nothing to judge', async () => {
  expect(await search(500)).toMatchObject({
    ...{ verdict: 'skipped', because: 'no-time', sentence: 'There was no time to search it.' },
  })
})
