import { readdirSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a part may import: other parts by their folder (or file), packages by name, `node` for Node's own modules. */
const engineLibraries = [
  ...['valibot', 'birpc', 'protobufjs', 'csv-stringify', 'pdfkit', 'chart.js'],
  'chartjs-plugin-annotation',
]
const registryLibraries = ['npm-registry-fetch', '@npmcli/config', 'ssri', 'tar']
const nodeLibraries = [
  'env-paths',
  'pidusage',
  'proper-lockfile',
  'ws',
  'open',
  'commander',
  'cli-progress',
  'cli-table3',
]
const vue = [
  ...['vue', 'pinia', 'reka-ui', '@tanstack/vue-table', '@tanstack/vue-virtual', '@lucide/vue', 'chart.js'],
  ...[
    'chartjs-plugin-annotation',
    'chartjs-plugin-zoom',
    '@fontsource/inter',
    '@fontsource/jetbrains-mono',
    'birpc',
  ],
]

const allowed: Record<string, string[]> = {
  'electron/contract': ['valibot'],
  'electron/engine': ['electron/contract', ...engineLibraries],
  'electron/adapters': [
    'electron/contract',
    'electron/engine/ports.ts',
    'valibot',
    'node',
    ...nodeLibraries,
    ...registryLibraries,
  ],
  'electron/host': ['electron/contract', 'valibot', 'onnxruntime-node', 'node'],
  'electron/main': [
    'electron/contract',
    'electron/engine',
    'electron/adapters',
    'valibot',
    'electron',
    'node',
  ],
  'electron/server': [
    'electron/contract',
    'electron/engine',
    'electron/adapters',
    'valibot',
    'node',
    ...nodeLibraries,
  ],
  'electron/cli': [
    'electron/contract',
    'electron/engine',
    'electron/adapters',
    'valibot',
    'node',
    ...nodeLibraries,
  ],
  'electron/preload': ['electron/contract', 'electron'],
  'electron/start': ['node'],
  'renderer/client': ['electron/contract', 'valibot', 'birpc'],
  'renderer/stores': ['electron/contract', 'renderer/client', ...vue],
  'renderer/charts': ['electron/contract', ...vue],
  'renderer/components': [...vue],
  'renderer/features': [
    'electron/contract',
    'renderer/stores',
    'renderer/charts',
    'renderer/components',
    ...vue,
  ],
  'renderer/app': [
    ...[
      'electron/contract',
      'renderer/stores',
      'renderer/charts',
      'renderer/components',
      'renderer/features',
    ],
    ...vue,
  ],
  'renderer/styles': [...vue],
  'renderer/main.ts': ['renderer/app', 'renderer/client', 'renderer/stores', 'renderer/styles', ...vue],
}

const builtins = new Set(builtinModules)

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /\.(ts|vue|css)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
}

/** Static and literal dynamic imports; entries that start each other by a computed path are not imports. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), 'utf8')
  const patterns = file.endsWith('.css')
    ? [/@import\s+(?:url\()?['"]([^'"]+)['"]/g]
    : [/\bfrom\s+['"]([^'"]+)['"]/g, /^\s*import\s+['"]([^'"]+)['"]/gm, /\bimport\(\s*['"]([^'"]+)['"]/g]
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''))
}

/** A path below the root for our own files, `node` for Node's modules, else the package's name. */
function target(file: string, specifier: string): string {
  if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file), specifier))
  if (specifier.startsWith('node:') || builtins.has(specifier)) return 'node'
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

const isWithin = (path: string, place: string) => path === place || path.startsWith(`${place}/`)

function partOf(file: string): string | undefined {
  return Object.keys(allowed).find((part) => isWithin(file, part))
}

const files = [...filesBelow('electron'), ...filesBelow('renderer')]

describe('who may import whom', () => {
  it('knows every file: a new folder needs a row in the table', () => {
    expect(files.filter((file) => partOf(file) === undefined && file !== 'renderer/env.d.ts')).toEqual([])
  })

  it.each(Object.keys(allowed))('%s imports only what the table allows', (part) => {
    const violations = files
      .filter((file) => partOf(file) === part)
      .flatMap((file) =>
        importsOf(file)
          .map((specifier) => target(file, specifier))
          .filter((to) => !isWithin(to, part) && !(allowed[part] ?? []).some((place) => isWithin(to, place)))
          .map((to) => `${file} -> ${to}`),
      )
    expect(violations).toEqual([])
  })

  it('no feature imports another feature', () => {
    const feature = (path: string) => path.split('/').slice(0, 3).join('/')
    const violations = files
      .filter((file) => isWithin(file, 'renderer/features'))
      .flatMap((file) =>
        importsOf(file)
          .map((specifier) => target(file, specifier))
          .filter((to) => isWithin(to, 'renderer/features') && feature(to) !== feature(file))
          .map((to) => `${file} -> ${to}`),
      )
    expect(violations).toEqual([])
  })

  it('only the client touches the bridges of the window', () => {
    const touching = files
      .filter((file) => isWithin(file, 'renderer') && !isWithin(file, 'renderer/client'))
      .filter((file) => /\bbridgeName\b|\bnew WebSocket\b/.test(readFileSync(join(root, file), 'utf8')))
    expect(touching).toEqual([])
  })

  it('has no drawers for odds and ends', () => {
    const drawers = files.filter((file) =>
      /(^|\/)(utils?|helpers?|types?|common|misc|index)(\.ts|\/)/.test(file),
    )
    expect(drawers).toEqual([])
  })
})
