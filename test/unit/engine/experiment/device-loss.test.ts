import { describe, expect, it } from 'vitest'
import type { ExperimentSpec } from '../../../../electron/contract/experiment.ts'
import { gpus, newExperiment, run, type DeviceRig, type HostFate } from './run-on-devices.ts'
import { specOf } from './simulated-run.ts'

const unknownError: HostFate = {
  phase: 'sample',
  text: 'CUDA failure 999: unknown error ; GPU=0 ; hostname=box ; expr=cudaStreamSynchronize(stream); ',
}
const unspecified: HostFate = {
  phase: 'sample',
  text: 'CUDA failure 719: unspecified launch failure ; GPU=0 ; hostname=box ; expr=cudaStreamSynchronize(stream); ',
}
const noDevice: HostFate = {
  phase: 'load',
  text: 'CUDA failure 100: no CUDA-capable device is detected ; GPU=0 ; hostname=box ; expr=cudaSetDevice(info_.device_id); ',
}
const outOfMemory: HostFate = {
  phase: 'sample',
  text: 'CUDA failure 2: out of memory ; GPU=0 ; hostname=box ; expr=cudaMalloc((void**)&p, size); ',
}

function sweep(
  batchSizes: number[],
  { executions = 1, providers = ['cuda'] as ExperimentSpec['factors']['executionProviders'] } = {},
): ExperimentSpec {
  const spec = specOf(batchSizes, { executions })
  return { ...spec, factors: { ...spec.factors, executionProviders: providers } }
}

const [, second] = gpus
const withoutFirst = () => (second === undefined ? [] : [second])
/** The third execution of all loses the device. */
const lostInThird: DeviceRig = {
  fate: (_, nth) => (nth === 3 ? unspecified : 'measures'),
  listed: withoutFirst,
}

const outcomesOf = ({ experiment }: Awaited<ReturnType<typeof run>>) =>
  experiment.executions.map(({ execution }) => execution.outcome)

describe('a device that is lost while it measures', () => {
  it('fails that execution, with what happened and what to do', async () => {
    const { experiment } = await run(newExperiment(sweep([1, 2, 4, 8, 16])), lostInThird)
    const lost = experiment.executions.at(-1)?.execution
    expect(lost).toMatchObject({
      outcome: 'failed',
      phase: 'warming-up',
      failure: { code: 'device-lost', owner: 'runtime' },
    })
    if (lost?.outcome !== 'failed') throw new Error('It did not fail.')
    expect(lost.failure.message).toMatch(
      /^GPU 0 ended the session while warming up at batch size \d+: a kernel failed without saying why \(CUDA error 719\)\.$/,
    )
    expect(lost.failure.hint).toContain('nvidia-smi')
    expect(lost.failure.hint).toContain('Xid')
  })

  it('is not run into again and again: what was left on it is passed over, with the reason', async () => {
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16])), lostInThird)
    expect(done.ran).toHaveLength(3)
    const skips = [...done.experiment.skips.values()]
    expect(skips).toHaveLength(2)
    for (const { failure } of skips) {
      expect(failure).toEqual({
        code: 'skipped-after-device-lost',
        message: 'Not run: GPU 0 was lost, and the driver does not list it any more.',
        hint: 'Resume the experiment when the device is back.',
        owner: 'system',
      })
    }
    expect(done.experiment.decisions).toContain(
      'GPU 0 was lost, and the driver does not list it any more: what was left to run on it is passed over, until the experiment is resumed.',
    )
  })

  it('leaves an experiment that is stopped and not finished, with all that was measured', async () => {
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16])), lostInThird)
    expect(done.ended).toBe('stopped')
    expect(done.experiment.state).toBe('stopped')
    expect(outcomesOf(done)).toEqual(['completed', 'completed', 'failed'])
  })

  it('is measured again when the experiment is resumed and it is back', async () => {
    const project = newExperiment(sweep([1, 2, 4, 8, 16]))
    const before = await run(project, lostInThird)
    const after = await run(project, { fate: () => 'measures' })
    expect(after.ended).toBe('finished')
    expect(new Set([...before.ran.slice(0, 2), ...after.ran]).size).toBe(5)
    expect(after.experiment.skips.size).toBe(0)
    const completed = after.experiment.executions.filter(({ execution }) => execution.outcome === 'completed')
    expect(completed).toHaveLength(5)
  })

  it('can be lost again when the experiment is resumed', async () => {
    const project = newExperiment(sweep([1, 2, 4, 8, 16]))
    await run(project, lostInThird)
    const again = await run(project, { fate: () => unspecified, listed: withoutFirst })
    expect(again.ended).toBe('stopped')
    expect(again.ran).toHaveLength(1)
    const { trials, executions, skips } = again.experiment
    const begun = new Set(executions.map(({ execution }) => execution.trialId))
    expect([...skips.keys()].sort()).toEqual(trials.flatMap(({ id }) => (begun.has(id) ? [] : [id])).sort())
  })

  it('does not keep others from being measured', async () => {
    const fate: DeviceRig['fate'] = ({ executionProvider }) =>
      executionProvider === 'cuda' ? unspecified : 'measures'
    const spec = sweep([1, 2, 4], { providers: ['cuda', 'cpu'], executions: 2 })
    const done = await run(newExperiment(spec), { fate, listed: withoutFirst })
    expect(done.ran.filter((each) => each.startsWith('cpu'))).toHaveLength(6)
    expect(done.ran.filter((each) => each.startsWith('cuda'))).toHaveLength(1)
    expect(done.ended).toBe('stopped')
  })

  it('keeps the numbers of trials that had some already', async () => {
    const fate: DeviceRig['fate'] = (_, nth) => (nth === 4 ? unspecified : 'measures')
    const spec = sweep([1, 2, 4], { executions: 2 })
    const done = await run(newExperiment(spec), { fate, listed: withoutFirst })
    expect(done.ran).toHaveLength(4)
    expect(done.experiment.skips.size).toBe(0)
    expect(done.ended).toBe('stopped')
  })
})

describe('a device that answers again after it was lost', () => {
  it('is measured on: the next session gets it afresh', async () => {
    const fate: DeviceRig['fate'] = (_, nth) => (nth === 3 ? unspecified : 'measures')
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16])), { fate })
    expect(done.ran).toHaveLength(5)
    expect(done.ended).toBe('finished')
    expect(done.experiment.skips.size).toBe(0)
  })

  it('is given up when it is lost three times in a row', async () => {
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16])), { fate: () => unknownError })
    expect(done.ran).toHaveLength(3)
    expect([...done.experiment.skips.values()][0]?.failure.message).toBe(
      'Not run: GPU 0 was lost, and it was lost 3 times in a row.',
    )
  })

  it('is not given up for kernels that fail on it, however often: it is well', async () => {
    const fate: DeviceRig['fate'] = ({ batchSize }) => (batchSize > 2 ? unspecified : 'measures')
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16, 32], { executions: 2 })), { fate })
    expect(done.ran.filter((each) => / [12]$/.test(each))).toHaveLength(4)
    expect(done.experiment.skips.size).toBe(0)
    expect(done.ended).toBe('finished')
  })

  it('is given up when no session finds it any more, whatever the tool lists', async () => {
    const fate: DeviceRig['fate'] = (_, nth) => (nth === 1 ? unknownError : noDevice)
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16])), { fate })
    expect(done.ran).toHaveLength(3)
    expect(done.experiment.skips.size).toBe(2)
  })

  it('is not given up for losses with measurements between them', async () => {
    const fate: DeviceRig['fate'] = (_, nth) => (nth % 2 === 1 ? unspecified : 'measures')
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16, 32])), { fate })
    expect(done.ran).toHaveLength(6)
    expect(done.ended).toBe('finished')
  })
})

describe('where the driver tells too little', () => {
  it.each([
    ['that it is lost', 'Unable to determine the device handle for GPU0: GPU is lost.', 1],
    ['nothing of it', 'nvidia-smi was not found.', 3],
  ])('and says %s, losses decide', async (_what, unavailable, executions) => {
    const rig = { fate: () => unknownError, listed: () => ({ unavailable }) }
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16])), rig)
    expect(done.ran).toHaveLength(executions)
  })
})

describe('running out of memory', () => {
  it('is no loss: every execution gets a fresh host, and smaller sizes go on', async () => {
    const fate: DeviceRig['fate'] = ({ batchSize }) => (batchSize > 4 ? outOfMemory : 'measures')
    const done = await run(newExperiment(sweep([1, 2, 4, 8, 16], { executions: 2 })), {
      fate,
      listed: withoutFirst,
    })
    expect(done.ended).toBe('finished')
    expect(done.ran.filter((each) => / [124]$/.test(each))).toHaveLength(6)
    const codes = [...done.experiment.skips.values()].map(({ failure }) => failure.code)
    expect(codes.every((code) => code === 'skipped-after-out-of-memory')).toBe(true)
  })

  it('says how full the device was before, and who holds its memory', async () => {
    const GiB = 1024 ** 3
    const load: HostFate = { ...outOfMemory, phase: 'load' }
    const done = await run(newExperiment(sweep([1])), {
      fate: () => load,
      memory: { beforeBytes: 24 * GiB - 312 * 1024 ** 2, peakBytes: 200 * 1024 ** 2 },
      users: [
        { pid: 4711, device: 0, name: 'python', memoryBytes: 22 * GiB },
        { pid: 4712, device: 1, name: 'other', memoryBytes: 23 * GiB },
      ],
    })
    const [{ execution } = { execution: undefined }] = done.experiment.executions
    expect(execution).toMatchObject({
      outcome: 'out-of-memory',
      memoryOwner: 'device',
      failure: {
        message:
          'The model alone ran out of device memory: GPU 0 had 312 MiB of 24.0 GiB free before the model was loaded; python (process 4711) holds 22.0 GiB.',
        hint: 'End what holds the memory, or measure on another device.',
      },
    })
  })
})
