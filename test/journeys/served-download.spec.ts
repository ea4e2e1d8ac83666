import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from './workbench.ts'

const project = fileURLToPath(new URL('../fixtures/projects/version-1.batchscope', import.meta.url))

test('a project that lies on the server can be taken along, and so can its report', async ({ workbench }) => {
  const { page, dropFiles } = workbench
  await expect(page.getByText(/drop/i).first()).toBeVisible()
  await dropFiles(page.locator('body'), [project])
  await expect(page.getByRole('heading', { name: /use batch/i })).toBeVisible()

  const downloading = page.waitForEvent('download')
  await page.keyboard.press('Control+Shift+S')
  const download = await downloading
  expect(download.suggestedFilename()).toBe('version-1.batchscope')
  expect(await readFile(await download.path(), 'utf8')).toBe(await readFile(project, 'utf8'))

  const exporting = page.waitForEvent('download')
  await page.keyboard.press('Control+E')
  const report = await readFile(await (await exporting).path())
  expect(report.subarray(0, 5).toString()).toBe('%PDF-')
})
