import type { TimeBreakdown } from '../../contract/time-breakdown.ts'
import type { Problem } from './check-load.ts'
import { nothingToJudge, type Judgement } from './report.ts'

/** Where the nodes of a model ran, at one batch size. */
export interface Placement {
  readonly model: string
  readonly batchSize: number
  readonly breakdown: TimeBreakdown
}

/** Why there is no profile of a model. */
export interface PlacementProblem extends Problem {
  readonly model: string
}

/**
 * The models have no node that the provider lacks: none may fall back to the CPU. Each of `models` has to be looked at; on
 * the CPU there are none to look at.
 */
export function judgePlacement(
  models: readonly string[],
  placements: readonly Placement[],
  problems: readonly PlacementProblem[],
): Judgement {
  if (models.length === 0) {
    return nothingToJudge('No profile was taken: on the CPU there is nothing to fall back to.')
  }
  const figures = {
    profiles: placements.map(({ model, batchSize, breakdown }) => ({
      ...{ model, batchSize },
      providers: breakdown.providers.map(({ provider, nodes }) => ({ provider, nodes })),
      fellBack: breakdown.fallback?.count ?? 0,
      fellBackNodes: (breakdown.fallback?.nodes ?? []).map(({ name, operator }) => `${operator} ${name}`),
      shapeNodes: breakdown.shapeNodes ?? 0,
      bound: breakdown.bound?.kind ?? null,
    })),
  }
  const fallen = placements.filter(({ breakdown }) => (breakdown.fallback?.count ?? 0) > 0)
  const [first] = fallen
  if (first !== undefined) {
    const { count = 0, nodes = [] } = first.breakdown.fallback ?? {}
    const operators = [...new Set(nodes.map(({ operator }) => operator))].slice(0, 5).join(', ')
    const sentence = `${first.model}: ${count} ${count === 1 ? 'node' : 'nodes'} ran on the CPU (${operators}), where none should.`
    return { verdict: 'failed', sentence, figures }
  }
  const unseen = models.filter((name) => !placements.some(({ model }) => model === name))
  if (unseen.length > 0) {
    const found = unseen.map(
      (name) =>
        problems.find(({ model }) => model === name) ?? {
          model: name,
          problem: 'No profile.',
          timedOut: false,
        },
    )
    return {
      verdict: 'skipped',
      sentence: found.map(({ model, problem }) => `${model}: ${problem}`).join(' '),
      figures,
      because: found.some(({ timedOut }) => timedOut) ? 'no-time' : 'nothing-to-judge',
    }
  }
  const nodes = placements
    .filter((placement, index) => placements.findIndex(({ model }) => model === placement.model) === index)
    .map(({ model, breakdown }) => {
      const most = breakdown.providers[0]
      return `${model} has ${most?.nodes ?? 0} on ${most?.provider ?? 'the provider'}`
    })
  return { verdict: 'passed', sentence: `No node fell back to the CPU: ${nodes.join(', ')}.`, figures }
}
