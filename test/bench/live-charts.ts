import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { findOrInstallChromium } from '../journeys/chromium.ts'

const root = fileURLToPath(new URL('./live-charts', import.meta.url))

/** Frames of the warm-up are not counted, in ms: scripts are compiled and fonts loaded in them. */
const settleMs = 2_000
const measuredMs = 10_000

/**
 * Frames of the four live charts with 3,000 points a curve and a reading every 100 ms, built as for production, in a
 * window of 1440 x 900.
 */
export async function benchLiveCharts(): Promise<{
  framesPerSecond: number
  /** The longest and the 99th percentile of the distances between frames, in ms. */
  longestFrameMs: number
  p99FrameMs: number
  frames: number
}> {
  const outDir = await mkdtemp(join(tmpdir(), 'batchscope-live-charts-'))
  const options = {
    root,
    configFile: false,
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true, target: 'chrome120' },
  } as const
  try {
    await build({ ...options, plugins: [vue()] })
    const server = await preview({ ...options, preview: { port: 0, host: '127.0.0.1' } })
    const browser = await chromium.launch({
      executablePath: await findOrInstallChromium(),
      args: ['--no-sandbox'],
    })
    try {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
      const [url] = server.resolvedUrls?.local ?? []
      if (url === undefined) throw new Error('The page could not be served.')
      await page.goto(url)
      await page.waitForFunction('typeof measureFrames === "function"')
      await page.evaluate(`measureFrames(${settleMs})`)
      const gaps = await page.evaluate<number[]>(`measureFrames(${measuredMs})`)
      const sorted = gaps.toSorted((a, b) => a - b)
      const total = gaps.reduce((sum, gap) => sum + gap, 0)
      return {
        framesPerSecond: (gaps.length * 1000) / total,
        longestFrameMs: sorted.at(-1) ?? Number.NaN,
        p99FrameMs: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
        frames: gaps.length,
      }
    } finally {
      await browser.close()
      await server.close()
    }
  } finally {
    await rm(outDir, { recursive: true, force: true })
  }
}
