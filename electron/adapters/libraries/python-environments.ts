import { readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { askProgram } from './ask-program.ts'

/** A Python that takes longer to start is not waited for, in ms. */
const limitMs = 3000

const question = 'import sys; print("\\n".join(sys.path))'

/**
 * Folders in which Python environments keep their packages: of the environment that is active (VIRTUAL_ENV,
 * CONDA_PREFIX), then of the Python on the PATH, the user's own packages among them.
 */
export async function sitePackages(environment: NodeJS.ProcessEnv): Promise<string[]> {
  const active = [environment['VIRTUAL_ENV'], environment['CONDA_PREFIX']].filter(
    (prefix) => prefix !== undefined && isAbsolute(prefix),
  )
  const [asked, ...ofActive] = await Promise.all([
    askedPython(environment),
    ...active.map((prefix) => packagesUnder(prefix ?? '')),
  ])
  return [...new Set([...ofActive.flat(), ...asked])]
}

async function askedPython(environment: NodeJS.ProcessEnv): Promise<string[]> {
  // One that hangs or fails would do so under its other name too.
  const answer = await askProgram(['python3', 'python'], ['-c', question], { environment, limitMs })
  return (answer ?? '').split('\n').filter((folder) => /^\/.*\/(?:site|dist)-packages$/.test(folder))
}

async function packagesUnder(prefix: string): Promise<string[]> {
  const found: string[] = []
  for (const folder of ['lib', 'lib64']) {
    const names = await readdir(join(prefix, folder)).catch(() => [])
    for (const name of names.filter((each) => /^python3/.test(each)).sort()) {
      found.push(join(prefix, folder, name, 'site-packages'))
    }
  }
  return found
}

/** Folders with shared libraries that NVIDIA's packages (PyTorch brings them) have put into an environment. */
export async function librariesOfPackages(packages: string): Promise<string[]> {
  const nvidia = await readdir(join(packages, 'nvidia')).catch(() => [])
  return [
    ...nvidia.sort().map((name) => join(packages, 'nvidia', name, 'lib')),
    join(packages, 'tensorrt_libs'),
  ]
}
