import { expect, it } from 'vitest'
import { recordedEnvironment } from '../../../../electron/engine/environment/recorded-environment.ts'
import { cpuSpec } from '../../../fixtures/cpu-spec.ts'
import { everythingInstalled } from '../../../fixtures/plausible-runtimes.ts'
import { plausibleEnvironment } from '../../../fixtures/plausible-workbench.ts'

it('an experiment keeps of the environment what it uses, and not what doctor has to say of the rest', () => {
  const cublas = everythingInstalled.libraries.find(({ name }) => name === 'libcublas.so.13')
  const runtimes = everythingInstalled.runtimes.map((each) => ({
    ...each,
    providerLibraries: [
      {
        ...{ provider: 'cuda' as const, path: '/providers.so' },
        needs: [{ library: 'libcublas.so.13', onDemand: false, foundAt: cublas?.path }],
      },
    ],
  }))
  const { factors } = cpuSpec({ kind: 'list', values: [1] })
  const here = { ...plausibleEnvironment, ...everythingInstalled, runtimes }
  const kept = recordedEnvironment(here, {
    factors: { ...factors, executionProviders: ['cpu', 'cuda'], runtimes: { cuda: ['cuda13'] } },
  })

  expect(kept.runtimes?.map(({ name }) => name)).toEqual(['built-in', 'cuda13'])
  expect(kept.libraries).toEqual([cublas])
  expect(kept).not.toHaveProperty('findings')
  expect(kept).not.toHaveProperty('nextStep')
  expect(kept).toMatchObject({ host: here.host, devices: here.devices, driver: here.driver })
})
