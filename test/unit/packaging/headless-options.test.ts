import { describe, expect, it } from 'vitest'
import { readPackagingOptions } from '../../../resources/headless/packaging-options.ts'

const read = (...args: string[]) => readPackagingOptions(args)

describe('the options of package:headless', () => {
  it('make a folder, from a fresh build, without a runtime, unless told otherwise', () => {
    const expected = { out: '/bundle', runtimes: [], force: false, asBuilt: false, sourceMaps: false }
    expect(read('--out', '/bundle')).toEqual(expected)
  })

  it.each([
    ['55MiB', 55 * 1024 * 1024],
    ['55 MiB', 55 * 1024 * 1024],
    ['100MB', 100_000_000],
    ['1.5g', 1.5 * 1024 ** 3],
    ['65536', 65_536],
  ])('take parts of %s', (size, bytes) => {
    expect(read('--out', '/bundle', '--split', size)?.split).toBe(bytes)
  })

  it.each([
    ['fifty', /^--split "fifty" is no size\./],
    ['', /^--split "" is no size\./],
    ['0', /^--split "0" is too small: parts have at least 64 KiB\./],
    ['55', /^--split "55" is too small/],
    ['55 lots', /^--split "55 lots" is no size\./],
  ])('refuse parts of "%s" in one sentence', (size, sentence) => {
    expect(() => read('--out', '/bundle', '--split', size)).toThrow(sentence)
    expect(() => read('--out', '/bundle', `--split=${size}`)).toThrow(sentence)
  })

  it('name a runtime once, however often it is asked for', () => {
    const options = read(
      '--out',
      '/bundle',
      '--runtime',
      'cuda13',
      '--runtime',
      'cuda13',
      '--runtime',
      'cuda12',
    )
    expect(options?.runtimes).toEqual(['cuda13', 'cuda12'])
  })

  it('say that --out is missing, and what is not known', () => {
    expect(() => read()).toThrow(/^--out is missing/)
    expect(() => read('--out', '/bundle', '--spilt', '55MiB')).toThrow(/--spilt/)
  })

  it('leave the work for the help', () => {
    expect(read('--help')).toBeUndefined()
  })
})
