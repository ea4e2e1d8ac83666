import type { FreeDimension, ModelDescription } from '../../../contract/model.ts'

/** The free dimension that a key stands for: its symbolic name, or any of its places as `INPUT:AXIS`. */
export function resolveDimensionKey(model: ModelDescription, key: string): FreeDimension | undefined {
  return (
    model.freeDimensions.find((dimension) => dimension.key === key) ??
    model.freeDimensions.find((dimension) => dimension.places.includes(key))
  )
}
