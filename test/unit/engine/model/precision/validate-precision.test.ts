import { describe, expect, it } from 'vitest'
import { BatchscopeError } from '../../../../../electron/contract/failure.ts'
import type { HostRequest, OutputValue } from '../../../../../electron/contract/host-protocol.ts'
import { describeModel } from '../../../../../electron/engine/model/describe-model.ts'
import type { PrecisionKind } from '../../../../../electron/engine/model/precision/precision-context.ts'
import { validatePrecision } from '../../../../../electron/engine/model/precision/validate-precision.ts'
import { encodeModel, GraphBuilder } from '../../../../../resources/models/onnx-writer.ts'
import { FakeHost } from '../../../../fixtures/fake-host.ts'
import { memoryDisk } from '../../project/memory-files.ts'
import { patientClock } from './converting.ts'

const reference = '/models/model.onnx'
const variant = '/models/made.onnx'

/** What a model says when it is run: values of its output `y`, or the runtime's complaint. */
type Says = number[] | string

/** Checks a made model whose original says `original`, and which says `made`, for every seed. */
async function checked(
  original: Says,
  made: Says,
  { kind = 'int8' as PrecisionKind, last = 'Relu', shape = [1, 4] } = {},
): Promise<string[]> {
  const disk = memoryDisk()
  const graph = new GraphBuilder('model')
  graph.input('x', 'float32', ['N', 4])
  graph.output(graph.node(last, ['x'], {}, 'y'), 'float32', ['N', 4])
  disk.put(reference, encodeModel(graph))
  const { files } = disk
  const launch = () => {
    const host = new FakeHost()
    let says = original
    host.answer = (request: HostRequest) => {
      if (request.request === 'load') {
        says = request.modelPath === variant ? made : original
        if (says === 'no load') host.say({ message: 'failed', phase: 'load', name: 'Error', text: 'Nope' })
        else host.say({ message: 'loaded', loadMs: 1 })
      } else if (typeof says === 'string')
        host.say({ message: 'failed', phase: 'first-inference', name: 'Error', text: says })
      else {
        const output: OutputValue = { name: 'y', type: 'float32', shape, values: Float32Array.from(says) }
        host.say({ message: 'evaluated', ms: 1, outputs: [output] })
      }
    }
    queueMicrotask(() => host.say({ message: 'ready', clock: 'test' }))
    return host
  }
  const description = await describeModel(reference, files)
  const ports = { files, clock: patientClock, hosts: { launch } }
  return validatePrecision({ reference: description, variant: { path: variant }, kind, ports })
}

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work
  } catch (error) {
    if (error instanceof BatchscopeError) return `${error.failure.code}: ${error.message}`
    throw error
  }
  return 'none'
}

describe('checking a converted model', () => {
  it('says how far each output drifts', async () => {
    expect(await checked([3, 0, 4, 0], [3, 0, 4.05, 0])).toEqual([
      'Loaded and run twice beside the original, on the CPU, on the same made-up inputs.',
      'Output "y": relative error 1.0 %, largest difference 0.0500, cosine 0.99998, the same best score for 100 % of the items.',
    ])
  })

  it('does not round a small drift to none', async () => {
    expect((await checked([1, 0, 0, 0], [1, 1e-8, 0, 0]))[1]).toContain(
      'relative error 1.0e-6 %, largest difference 1.0e-8,',
    )
  })

  it('says what a run on the CPU does not show of FP16', async () => {
    const checks = await checked([1, 2, 3, 4], [1, 2, 3, 4], { kind: 'fp16' })
    expect(checks.at(-1)).toMatch(/^The CPU computes most FP16 operators in FP32: /)
  })

  it('refuses what drifts beyond all use', async () => {
    expect(await refusal(checked([1, 2, 3, 4], [1, 2, 3, 7]))).toBe(
      'not-convertible: As INT8, dynamic, output "y" drifts too far to be of use: relative error 55 %, largest difference 3.00, cosine 0.96609, the same best score for 100 % of the items.',
    )
    expect(await refusal(checked([1, 2, 3, 4], [1.2, 2.2, 3.2, 4.2]))).toBe('none')
  })

  it('refuses what is no number where the original is one', async () => {
    expect(await refusal(checked([1, 2, 3, 4], [1, NaN, 3, Infinity]))).toBe(
      'not-convertible: As INT8, dynamic, output "y" has values that are not finite where the original\'s are: 2.',
    )
    expect(await refusal(checked([1, 2, NaN, 4], [1, 2, NaN, 4]))).toBe('none')
  })

  it('refuses what cannot be loaded or run, in the words of the runtime', async () => {
    const loading = await refusal(checked([1, 2, 3, 4], 'no load', { kind: 'fp16' }))
    expect(loading).toMatch(/^not-convertible: The model cannot be run as FP16: .*Nope/)
    expect(await refusal(checked([1, 2, 3, 4], 'Oops'))).toMatch(
      /^not-convertible: The model cannot be run as INT8, dynamic: .*Oops/,
    )
  })

  it('does not blame the converted model where the original cannot be run', async () => {
    expect(await refusal(checked('Oops', [1, 2, 3, 4]))).toMatch(/^inference: /)
  })

  it('does not take faint probabilities for drift, and says that it saw no others', async () => {
    const faint = [checked([1e-5, 1e-6, 0, 0], [4e-5, 0, 0, 0], { last: 'Sigmoid' })]
    const [checks] = await Promise.all(faint)
    expect(checks?.at(-1)).toMatch(
      /It is near 0 all over for made-up inputs, so that only inputs of your own can tell\.$/,
    )
    expect(await refusal(checked([1e-5, 1e-6, 0, 0], [4e-5, 0, 0, 0]))).toMatch(
      /^not-convertible: .* drifts too far/,
    )
  })
})
