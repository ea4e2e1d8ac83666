import type { InputPlan } from '../../contract/host-protocol.ts'
import type { ModelDescription } from '../../contract/model.ts'
import type { TrialConfig } from '../../contract/trial.ts'
import { planInputs } from '../model/plan-inputs.ts'
import type { FileStore } from '../ports.ts'
import { createRandom } from '../statistics/random.ts'
import type { VerificationFill } from './plan.ts'

/**
 * Inputs whose samples differ so much from each other that an untrained network tells them apart: outputs of noise are
 * nearly the same, whatever the noise, and to have them equal would show little.
 */
export class VariedInputs {
  readonly #model: ModelDescription
  readonly #fills: Readonly<Record<string, VerificationFill>>
  readonly #files: Pick<FileStore, 'dataFolder' | 'resolve' | 'write'>
  readonly #written = new Map<string, Promise<string>>()
  /** So many samples differ; larger batches repeat them. */
  readonly #items: number

  constructor(
    model: ModelDescription,
    fills: Readonly<Record<string, VerificationFill>>,
    { items, files }: { items: number; files: Pick<FileStore, 'dataFolder' | 'resolve' | 'write'> },
  ) {
    this.#model = model
    this.#fills = fills
    this.#items = items
    this.#files = files
  }

  /** Plans of every input at a batch size. */
  async at(config: TrialConfig): Promise<InputPlan[]> {
    const { inputs } = planInputs(this.#model, config, {})
    return Promise.all(inputs.map((plan) => this.#filled(plan)))
  }

  async #filled(plan: InputPlan): Promise<InputPlan> {
    const fill = this.#fills[plan.name]
    if (fill === undefined) return plan
    if (fill.kind === 'whole-numbers') return { ...plan, fill: { kind: 'uniform', low: 0, high: fill.high } }
    const [, ...picture] = plan.shape
    const path = await this.#pictures(picture)
    return { ...plan, fill: { kind: 'file', path, offset: 0, batch: { axis: 0, items: this.#items } } }
  }

  #pictures(shape: readonly number[]): Promise<string> {
    const name = `pictures-${[this.#items, ...shape].join('x')}.f32`
    const known = this.#written.get(name) ?? this.#write(name, shape)
    this.#written.set(name, known)
    return known
  }

  async #write(name: string, shape: readonly number[]): Promise<string> {
    const path = this.#files.resolve(this.#files.dataFolder, 'cache', name)
    const values = variedPictures(this.#items, shape)
    await this.#files.write(path, new Uint8Array(values.buffer))
    return path
  }
}

/**
 * `items` pictures of shape [channels, height, width], normalised as classifiers take them: in each channel a colour
 * between +-1.5 and a grating of its own contrast, direction and width.
 */
export function variedPictures(items: number, [channels = 1, height = 1, width = 1]: readonly number[]) {
  const random = createRandom(5)
  const between = (low: number, high: number) => low + (high - low) * random.next()
  const values = new Float32Array(items * channels * height * width)
  let at = 0
  for (let plane = 0; plane < items * channels; plane += 1) {
    const [colour, contrast, phase] = [between(-1.5, 1.5), between(0.2, 1.5), between(0, 2 * Math.PI)]
    const [across, down] = [between(1, 30), between(1, 30)].map((waves) => 2 * Math.PI * waves)
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const angle = phase + ((across ?? 0) * x) / width + ((down ?? 0) * y) / height
        values[at] = colour + contrast * Math.sin(angle)
        at += 1
      }
    }
  }
  return values
}
