import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser } from 'playwright'

const server = fileURLToPath(new URL('../../dist/server.js', import.meta.url))

/** From starting the server to a page that answers, in ms. The browser is running, as a user's is; its cache is empty. */
export async function benchFirstPage(browser: Browser): Promise<number> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'batchscope-bench-'))
  const context = await browser.newContext()
  const page = await context.newPage()
  const started = performance.now()
  const child = spawn(process.execPath, [server, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, BATCHSCOPE_DATA: dataFolder },
  })
  try {
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        const match = /https?:\/\/\S+/.exec(text.toString())
        if (match !== null) resolve(match[0])
      })
      child.on('exit', (code) => reject(new Error(`The server ended with code ${code}.`)))
    })
    await page.goto(url)
    // Sample models come from the engine: when one is there, page, connection and engine all work.
    await page
      .getByRole('button', { name: /profile/i })
      .first()
      .waitFor()
    return performance.now() - started
  } finally {
    await context.close()
    child.kill('SIGTERM')
    await new Promise((resolve) => child.on('exit', resolve))
    await rm(dataFolder, { recursive: true, force: true })
  }
}
