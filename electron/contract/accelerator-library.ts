import type { FoundLibrary } from './environment.ts'

/** Names of accelerators' libraries, as the loader looks for them; the group is the major version. */
const families: readonly [RegExp, FoundLibrary['family']][] = [
  [/^libcuda\.so\.(\d{1,4})$/, 'cuda'],
  [/^libcudart\.so\.(\d{1,4})$/, 'cudart'],
  [/^libcublas(?:Lt)?\.so\.(\d{1,4})$/, 'cublas'],
  [/^libcudnn\.so\.(\d{1,4})$/, 'cudnn'],
  [/^libcurand\.so\.(\d{1,4})$/, 'curand'],
  [/^libcufft\.so\.(\d{1,4})$/, 'cufft'],
  [/^libnvrtc\.so\.(\d{1,4})$/, 'nvrtc'],
  [/^libnv(?:infer|onnxparser)\.so\.(\d{1,4})$/, 'tensorrt'],
  [/^libvulkan\.so\.(\d{1,4})$/, 'vulkan'],
]

/** What kind of accelerator's library has this file name; `undefined` when it is none. */
export function acceleratorLibrary(
  name: string,
): { family: FoundLibrary['family']; major: number } | undefined {
  for (const [pattern, family] of families) {
    const major = pattern.exec(name)?.[1]
    if (major !== undefined) return { family, major: Number(major) }
  }
  return undefined
}
