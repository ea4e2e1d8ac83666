/**
 * The first driver branch of each CUDA version, the newest first (CUDA Toolkit release notes, table "CUDA Toolkit and
 * Corresponding Driver Versions"; the lowest branch of Linux and Windows).
 */
const cudaByBranch: readonly [branch: number, cuda: string][] = [
  [580, '13.0'],
  [575, '12.9'],
  [570, '12.8'],
  [565, '12.7'],
  [560, '12.6'],
  [555, '12.5'],
  [550, '12.4'],
  [545, '12.3'],
  [535, '12.2'],
  [530, '12.1'],
  [525, '12.0'],
  [520, '11.8'],
  [515, '11.7'],
  [510, '11.6'],
  [495, '11.5'],
  [470, '11.4'],
  [465, '11.3'],
  [460, '11.2'],
  [455, '11.1'],
  [450, '11.0'],
  [440, '10.2'],
  [418, '10.1'],
  [410, '10.0'],
]

/** Branches from here on are newer than the table. */
const unknownFrom = 590

/** The newest CUDA that a driver can run, by its version; `undefined` for one that is older or newer than is known here. */
export function cudaOfDriver(version: string): string | undefined {
  const branch = Number.parseInt(version, 10)
  if (!(branch < unknownFrom)) return undefined
  return cudaByBranch.find(([first]) => branch >= first)?.[1]
}

/** The version of the kernel's own module, from `/proc/driver/nvidia/version`. */
export function moduleVersion(text: string): string | undefined {
  return /^NVRM version:.*?\s(\d+\.\d+(?:\.\d+)?)\s/m.exec(text)?.[1]
}
