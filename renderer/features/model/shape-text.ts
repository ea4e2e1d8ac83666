import type { ModelInput } from '../../../electron/contract/model.ts'

type Shaped = Pick<ModelInput, 'shape'>

/** A dimension as people write it: its size, its name, or `?` where the model leaves it open. */
const dimensionText = (dimension: Shaped['shape'][number]): string =>
  dimension === null ? '?' : String(dimension)

/** A shape in one line, `batch × 3 × 224 × 224`; a scalar says so. */
export function shapeText({ shape }: Shaped): string {
  return shape.length === 0 ? 'scalar' : shape.map(dimensionText).join(' × ')
}
