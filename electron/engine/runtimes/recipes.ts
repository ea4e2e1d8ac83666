import type { Environment } from '../../contract/environment.ts'
import { badInput } from '../../contract/failure.ts'
import { builtInRuntime, namedRuntimes, type NamedRuntime } from '../../contract/runtime.ts'
import { reasonAgainst } from '../../contract/runtime-offers.ts'
import type { RuntimePackage, RuntimeRecipe } from '../ports.ts'

type Host = Pick<Environment['host'], 'kernel' | 'architecture'>

/** How a version is asked for: `onnxruntime@1.30.0`. */
const versionedPrefix = 'onnxruntime@'
const exactVersion = /^(\d+)\.(\d+)\.\d+(?:-[0-9A-Za-z.-]+)?$/
/** Since 1.17, onnxruntime-node tells its version and its providers; session hosts ask for both. */
const oldestMinor = 17

const binding129: readonly RuntimePackage[] = [
  {
    name: 'onnxruntime-node',
    version: '1.29.0',
    integrity:
      'sha512-WjiVVB72riILz8HbYvxvmjKyE/WmkYoSfKY++axo5jAR609HQg8MwiG/HhShpTcJfmmAdzxxmB+MMST3A+SiPA==',
    as: 'package',
  },
  {
    name: 'onnxruntime-common',
    version: '1.29.0',
    integrity:
      'sha512-/F63/e2VJoaVXGGNu6S5QH7jivBThGO95OzAVXXQ8hTta/b1QxI8udHa6cI3+3mAb5WWIIaMMwfZw01oivjJ1g==',
    as: 'package',
  },
]

const named: Record<NamedRuntime, RuntimeRecipe> = {
  cuda13: {
    name: 'cuda13',
    packages: [
      ...binding129,
      {
        name: 'com.github.asus4.onnxruntime.linux-x64-gpu',
        version: '0.4.9',
        integrity:
          'sha512-FopIhNE/Ng+v2X65wVc9clPCBCvhvA53Hxo2U0Kf5fGdVsC7iCA+mZ0KLWggcQAj7TIZ6pNidR4AC10g74Xo6w==',
        as: 'providers',
      },
    ],
  },
  cuda12: { name: 'cuda12', packages: binding129, ownInstaller: 'cuda12' },
}

/** What the runtime of that name is made of. Throws `bad-input` for a name that is none. */
export function recipeOf(name: string): RuntimeRecipe {
  const known = namedRuntimes.find((each) => each === name)
  if (known !== undefined) return named[known]
  if (name === builtInRuntime) {
    throw badInput('The built-in runtime comes with Batchscope.', 'There is nothing to install.')
  }
  if (!name.startsWith(versionedPrefix)) {
    throw badInput(`There is no runtime "${name}".`, `There are ${installableNames}.`)
  }
  const version = name.slice(versionedPrefix.length)
  const [, major, minor] = exactVersion.exec(version) ?? []
  if (major === undefined || minor === undefined) {
    throw badInput(
      `"${version}" is no version of ONNX Runtime.`,
      'Give it in full, for example onnxruntime@1.30.0.',
    )
  }
  if (Number(major) < 1 || (Number(major) === 1 && Number(minor) < oldestMinor)) {
    throw badInput(
      `ONNX Runtime ${version} for Node is too old to be measured.`,
      `Take 1.${oldestMinor}.0 or newer.`,
    )
  }
  return { name, packages: [{ name: 'onnxruntime-node', version, as: 'package' }] }
}

const installableNames = `${namedRuntimes.join(', ')} and onnxruntime@VERSION (for example onnxruntime@1.30.0)`

/** Throws `bad-input` for a runtime that cannot be on this machine. */
export function refuseElsewhere(name: string, host: Host): void {
  const reason = reasonAgainst(name, host)
  if (reason !== undefined) throw badInput(reason.message, reason.hint)
}
