import { defineConfig } from '@playwright/test'
import { chromiumArguments, findChromium } from './test/journeys/chromium.ts'
import { electronProgram } from './test/journeys/electron-program.ts'

/**
 * Every journey runs against each entry that is here: the served workbench, the desktop's bundles on the stand-in for
 * `electron`, and real Electron where its program is found. What only a shell has (`desktop-*`) needs the stand-in: menus
 * and dialogs of real Electron are out of a test's reach. What only a browser has is in `served-*`.
 */
export default defineConfig({
  testDir: 'test/journeys',
  outputDir: 'test-results',
  // A run measures; two at once would measure each other.
  workers: 1,
  fullyParallel: false,
  // One that passes only at the second try is told as flaky in the closing line: it is looked into, and holds nobody up.
  retries: 1,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: [['list'], ...jsonReport()],
  use: {
    viewport: { width: 1440, height: 900 },
    launchOptions: { executablePath: findChromium(), args: chromiumArguments },
    screenshot: 'only-on-failure',
  },
  projects: [
    { name: 'served', testIgnore: '**/desktop-*.spec.ts' },
    { name: 'stand-in', testIgnore: '**/served-*.spec.ts' },
    ...(electronProgram() === undefined
      ? []
      : [{ name: 'electron', testIgnore: ['**/desktop-*.spec.ts', '**/served-*.spec.ts'] }]),
  ],
})

/** Written where BATCHSCOPE_JOURNEYS_JSON says. */
function jsonReport(): ['json', { outputFile: string }][] {
  const outputFile = process.env['BATCHSCOPE_JOURNEYS_JSON']
  return outputFile === undefined ? [] : [['json', { outputFile }]]
}
