import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'

/** Where a Chromium, Chrome or Edge may be installed, besides the folders of PATH. */
const usualPlaces: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
}
const programNames = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** What Chromium is started with: nothing that depends on the machine, and no traffic of its own. */
export const chromiumArguments = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The browser to test in: the one named by BATCHSCOPE_CHROMIUM, else an installed one, else Playwright's own. */
export function findChromium(): string | undefined {
  const named = process.env['BATCHSCOPE_CHROMIUM']
  if (named !== undefined && named !== '') return named
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const onPath = programNames.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [...onPath, ...(usualPlaces[process.platform] ?? []), chromium.executablePath()].find(existsSync)
}

/** The same, installing one when there is none: Playwright's, else Debian's package. Rejects when neither can be had. */
export async function findOrInstallChromium(): Promise<string> {
  const found = findChromium()
  if (found !== undefined) return found
  const attempts: [string, string[]][] = [
    ['npx', ['playwright', 'install', '--with-deps', 'chromium']],
    ['npx', ['playwright', 'install', 'chromium']],
    ['apt-get', ['install', '--yes', '--no-install-recommends', 'chromium']],
  ]
  for (const [program, args] of attempts) {
    console.log(`No Chromium here; trying: ${program} ${args.join(' ')}`)
    spawnSync(program, args, { stdio: 'inherit', shell: process.platform === 'win32' })
    const installed = findChromium()
    if (installed !== undefined) return installed
  }
  throw new Error(
    'The journeys need Chromium, and it could not be installed. Install it, and run them again.',
  )
}
