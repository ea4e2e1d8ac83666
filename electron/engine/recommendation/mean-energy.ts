import type { Energy } from '../../contract/trial.ts'

/** The mean over executions, and all their readings; `undefined` where the power of none is known. */
export function meanEnergy(executions: readonly { energy?: Energy | undefined }[]): Energy | undefined {
  const known = executions.flatMap(({ energy }) => energy ?? [])
  if (known.length === 0) return undefined
  const mean = (valueOf: (energy: Energy) => number) =>
    known.reduce((sum, energy) => sum + valueOf(energy), 0) / known.length
  return {
    joulesPerItem: mean(({ joulesPerItem }) => joulesPerItem),
    meanWatts: mean(({ meanWatts }) => meanWatts),
    readings: known.reduce((sum, { readings }) => sum + readings, 0),
  }
}
