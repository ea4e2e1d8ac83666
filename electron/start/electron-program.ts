import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Waits for the place that Electron is fetched from, and for the whole of fetching it, in ms. */
const reachLimitMs = 5_000
const fetchLimitMs = 180_000

/** A fetch that failed is not tried again for this long, in ms. */
const retryAfterMs = 24 * 3_600_000

/** Where Electron's own installer fetches from, unless its variables name a mirror. */
const usualSource = 'https://github.com/electron/electron/releases/download/'

type ElectronProgram = { program: string } | { missing: string }

/**
 * Electron's program, fetched by its own installer when it is not there yet. The `electron` package itself is never
 * loaded: under plain Node, loading it starts a download and throws when that fails.
 */
export async function findElectron(say: (line: string) => void): Promise<ElectronProgram> {
  const folder = packageFolder()
  if (folder === undefined) return { missing: 'Electron is not installed' }
  const installed = installedProgram(folder)
  if (installed !== undefined) return { program: installed }
  const missing = { missing: "Electron's program could not be fetched" }
  const marker = join(folder, '..', '.cache', 'batchscope', 'electron-not-fetched')
  if (failedLately(marker)) return missing
  if (await isReachable()) {
    say("Fetching Electron's program (once, about 120 MB)...")
    await runInstaller(join(folder, 'install.js'))
    const fetched = installedProgram(folder)
    if (fetched !== undefined) return { program: fetched }
  }
  rememberFailure(marker)
  return missing
}

function packageFolder(): string | undefined {
  try {
    return dirname(createRequire(import.meta.url).resolve('electron/package.json'))
  } catch {
    return undefined
  }
}

/** As the package's own index finds it: `path.txt` names the program within `dist`. */
export function installedProgram(folder: string): string | undefined {
  try {
    const distFolder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist')
    const program = join(distFolder, readFileSync(join(folder, 'path.txt'), 'utf8').trim())
    return existsSync(program) ? program : undefined
  } catch {
    return undefined
  }
}

async function isReachable(): Promise<boolean> {
  const source = process.env['ELECTRON_MIRROR'] ?? process.env['npm_config_electron_mirror'] ?? usualSource
  try {
    await fetch(source, { method: 'HEAD', signal: AbortSignal.timeout(reachLimitMs) })
    return true
  } catch {
    return false
  }
}

/** Resolves when the installer has ended, however it did. */
function runInstaller(script: string): Promise<void> {
  return new Promise((resolve) => {
    const installer = spawn(process.execPath, [script], { stdio: 'ignore', timeout: fetchLimitMs })
    installer.once('error', () => resolve())
    installer.once('exit', () => resolve())
  })
}

function failedLately(marker: string): boolean {
  try {
    return Date.now() - statSync(marker).mtimeMs < retryAfterMs
  } catch {
    return false
  }
}

function rememberFailure(marker: string): void {
  try {
    mkdirSync(dirname(marker), { recursive: true })
    writeFileSync(
      marker,
      'Electron could not be fetched; `npm start` tries again a day after this was written.\n',
    )
  } catch {
    // Then it is tried again next time.
  }
}
