import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'

/** Names of the libraries that NVIDIA's toolkits and packages consist of. */
const ofNvidia =
  /^lib(?:cu(?:da|blas|dnn|rand|fft|file|solver|sparse|pti|libos|inj|dss|tensor|obj)|nv|npp|nccl|accinj|checkpoint|pcsampling|OpenCL\.)/i

/** Those that runtimes need, with all that they open by themselves; nothing of the driver's. */
const linked =
  /^lib(?:cudart|cublas|nvblas|cudnn|curand|cufft|cusolver|cusparse|nvrtc|nvJitLink|nvfatbin|nvinfer|nvonnxparser)[\w.+-]*\.so\.[\d.]+$/

/** Toolkits and packages of NVIDIA's have folders of their own. */
const ownFolder = /\/(?:nvidia\/[^/]+\/lib|tensorrt_libs|cuda(?:-[\d.]+)?\/(?:lib64|targets\/[^/]+\/lib))$/

/** What separates folders on the loader's search path, which knows no way to write it in a name. */
export const separators = /[:;]/

/**
 * True where a folder cannot be put on the loader's search path as it is: other programs' libraries in it (the libstdc++
 * of a conda environment) would then be taken for the system's too, even by Node itself.
 */
export async function isShared(folder: string): Promise<boolean> {
  if (ownFolder.test(folder)) return false
  const names = await readdir(folder).catch(() => [])
  return names.some((name) => /^lib.*\.so(?:\.|$)/.test(name) && !ofNvidia.test(name))
}

/** True for libraries that a folder of links holds. */
export function isLinked(name: string): boolean {
  return linked.test(name)
}

/**
 * A folder that holds links to what NVIDIA made in another folder, and nothing else. It is named by its content and
 * never changed, since hosts of other processes may be searching it. `undefined` where it cannot be made.
 */
export async function linkFolder(folder: string, cacheFolder: string): Promise<string | undefined> {
  if (separators.test(cacheFolder)) return undefined
  try {
    const names = (await readdir(folder)).filter(isLinked).sort()
    const content = createHash('sha256')
      .update([folder, ...names].join('\0'))
      .digest('hex')
    const path = join(cacheFolder, content.slice(0, 16))
    if (await isWhole(path, names)) return path
    await mkdir(cacheFolder, { recursive: true })
    const making = await mkdtemp(join(cacheFolder, '.making-'))
    try {
      await Promise.all(names.map((name) => symlink(join(folder, name), join(making, name))))
      await rename(making, path).catch(async () => {
        // Another process was faster, or somebody took some of the links away.
        if (await isWhole(path, names)) return
        await rm(path, { recursive: true, force: true })
        await rename(making, path)
      })
    } finally {
      await rm(making, { recursive: true, force: true })
    }
    return path
  } catch {
    return undefined
  }
}

async function isWhole(path: string, names: readonly string[]): Promise<boolean> {
  const present = await readdir(path).catch(() => undefined)
  return present !== undefined && present.sort().join('\0') === names.join('\0')
}
