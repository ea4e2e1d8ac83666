import { describe, expect, it } from 'vitest'
import { recipeOf, refuseElsewhere } from '../../../../electron/engine/runtimes/recipes.ts'

const linux = { kernel: 'Linux 6.1.0', architecture: 'x64' }

function failureOf(work: () => void): unknown {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('It was not refused.')
}

describe('what a runtime is made of', () => {
  it('pins every archive of the CUDA runtimes by its checksum', () => {
    for (const name of ['cuda13', 'cuda12']) {
      for (const { integrity } of recipeOf(name).packages) expect(integrity).toMatch(/^sha512-[\w+/]{86}==$/)
    }
    expect(recipeOf('cuda13').packages.map(({ as }) => as)).toEqual(['package', 'package', 'providers'])
    expect(recipeOf('cuda12')).toMatchObject({ ownInstaller: 'cuda12' })
  })

  it.each(['1.30.0', '1.22.0-rev', '1.24.0-dev.20260114-c343143a49'])(
    'takes version %s of ONNX Runtime',
    (version) => {
      expect(recipeOf(`onnxruntime@${version}`)).toEqual({
        name: `onnxruntime@${version}`,
        packages: [{ name: 'onnxruntime-node', version, as: 'package' }],
      })
    },
  )

  it.each(['onnxruntime@latest', 'onnxruntime@1.30', 'onnxruntime@', 'onnxruntime@../1.0.0'])(
    'asks for a whole version instead of "%s"',
    (name) => {
      expect(failureOf(() => recipeOf(name))).toMatchObject({
        failure: { code: 'bad-input', hint: 'Give it in full, for example onnxruntime@1.30.0.' },
      })
    },
  )

  it.each(['1.16.3', '1.8.0', '0.9.0'])('refuses %s, which tells nothing of itself', (version) => {
    expect(failureOf(() => recipeOf(`onnxruntime@${version}`))).toMatchObject({
      failure: { code: 'bad-input', hint: 'Take 1.17.0 or newer.' },
    })
  })

  it.each(['cuda11', '', '../cuda13', 'onnxruntime'])('names what there is instead of "%s"', (name) => {
    expect(failureOf(() => recipeOf(name))).toMatchObject({
      failure: {
        code: 'bad-input',
        message: `There is no runtime "${name}".`,
        hint: expect.stringContaining('cuda13, cuda12 and onnxruntime@VERSION') as string,
      },
    })
  })

  it('says that the built-in one needs no installing', () => {
    expect(failureOf(() => recipeOf('built-in'))).toMatchObject({ failure: { code: 'bad-input' } })
  })
})

describe('where a runtime can be', () => {
  it('lets everything be installed on Linux for x64, and versions everywhere', () => {
    for (const name of ['cuda13', 'cuda12']) refuseElsewhere(name, linux)
    refuseElsewhere('onnxruntime@1.30.0', { kernel: 'Darwin 25.0.0', architecture: 'arm64' })
  })

  it.each([
    ['Darwin 25.0.0', 'arm64', /There is no CUDA on macOS/],
    ['Windows_NT 10.0.26100', 'x64', /exists for Linux only/],
    ['Linux 6.1.0', 'arm64', /for x64 only, and this machine is arm64/],
  ])('refuses CUDA on %s (%s)', (kernel, architecture, message) => {
    for (const name of ['cuda13', 'cuda12']) {
      expect(failureOf(() => refuseElsewhere(name, { kernel, architecture }))).toMatchObject({
        failure: { code: 'bad-input', message: expect.stringMatching(message) as string },
      })
    }
  })
})
