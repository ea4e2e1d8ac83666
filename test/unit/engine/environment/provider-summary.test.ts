import { expect, it } from 'vitest'
import { describeEnvironment } from '../../../../electron/engine/environment/describe-environment.ts'
import {
  builtIn,
  cuda12Needs,
  cuda13Needs,
  failedToLoad,
  inSystem,
  machine,
  nvidiaMachine,
  withCuda,
  type Situation,
} from './fake-machine.ts'

/** Runtimes for both versions of CUDA, in the order of their names, and all libraries that they need. */
const both: Situation = {
  ...nvidiaMachine,
  runtimes: [builtIn, withCuda('cuda12'), withCuda('cuda13')],
  needs: (path) => (path.includes('cuda12') ? cuda12Needs : cuda13Needs),
  libraries: [
    ...(nvidiaMachine.libraries ?? []),
    ...cuda12Needs.filter((name) => /cublas|cudart|cufft/.test(name)).map((name) => inSystem(name)),
    inSystem('libcudnn.so.9', { cudaMajor: 12 }),
  ],
}

async function statusOf(provider: string, situation: Situation) {
  const { providers } = await describeEnvironment(machine(situation).ports)
  return providers.find(({ name }) => name === provider)
}

const failsIn =
  (fails: (provider: string, runtime: string) => boolean): NonNullable<Situation['prepare']> =>
  (host, { executionProvider }, runtime) => {
    const name = runtime?.folder?.split('/').at(-1) ?? 'built-in'
    if (fails(executionProvider, name)) {
      host.say(failedToLoad(`Nothing works in ${name}.`))
      host.exit({ code: 1 })
    } else host.say({ message: 'first-inference', ms: 1, outputs: [] })
  }

/** Both runtimes bring TensorRT too, which needs nothing but what CUDA needs. */
const withTensorrt: Situation = {
  ...both,
  runtimes: (both.runtimes ?? []).map((runtime) => ({
    ...runtime,
    providerLibraries: runtime.providerLibraries.flatMap((library) => [
      library,
      { provider: 'tensorrt' as const, path: library.path.replace('_cuda.so', '_tensorrt.so') },
    ]),
  })),
}

it('of two runtimes that work takes that of the newer CUDA', async () => {
  expect(await statusOf('cuda', both)).toEqual({ name: 'cuda', usable: true, runtime: 'cuda13' })
})

it('takes the older one where only that works, and the built-in one for what it brings itself', async () => {
  const prepare = failsIn((_provider, runtime) => runtime === 'cuda13')
  expect(await statusOf('cuda', { ...both, prepare })).toMatchObject({ runtime: 'cuda12' })
  expect(await statusOf('webgpu', { ...both, prepare })).toEqual({ name: 'webgpu', usable: true })
})

it('has TensorRT in the runtime of CUDA where it works there, else in the other', async () => {
  expect(await statusOf('tensorrt', withTensorrt)).toMatchObject({ runtime: 'cuda13' })
  const onlyOlder = failsIn((provider, runtime) => provider === 'cuda' && runtime === 'cuda13')
  expect(await statusOf('tensorrt', { ...withTensorrt, prepare: onlyOlder })).toMatchObject({
    runtime: 'cuda12',
  })
  const apart = failsIn((provider, runtime) => provider === 'tensorrt' && runtime === 'cuda13')
  expect(await statusOf('tensorrt', { ...withTensorrt, prepare: apart })).toMatchObject({ runtime: 'cuda12' })
  expect(await statusOf('cuda', { ...withTensorrt, prepare: apart })).toMatchObject({ runtime: 'cuda13' })
})

it('says of one that has all it needs why it failed, rather than what another lacks', async () => {
  const libraries = (both.libraries ?? []).filter(({ name }) => name !== 'libcublas.so.13')
  const prepare = failsIn((provider) => provider === 'cuda')
  expect(await statusOf('cuda', { ...both, libraries, prepare })).toMatchObject({
    reason: expect.stringContaining('Nothing works in cuda12.'),
  })
})

it('says of those that lack libraries what is missing of the one that lacks the fewest', async () => {
  const gone = ['libcublas.so.13', 'libcublasLt.so.13', 'libcublas.so.12']
  const libraries = (both.libraries ?? []).filter(({ name }) => !gone.includes(name))
  expect(await statusOf('cuda', { ...both, libraries })).toMatchObject({
    reason: expect.stringMatching(/^CUDA 12 needs libcublas\.so\.12, which was not found/),
  })
})
