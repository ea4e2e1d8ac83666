import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expectAccessibleInBothThemes } from './accessible.ts'
import { expect, test } from './workbench.ts'

const classifier = fileURLToPath(new URL('../../resources/models/cnn-classifier.onnx', import.meta.url))

test('a new user gets from nothing to a recommended batch size with one press', async ({
  workbench: { page },
}) => {
  // Half a minute where nothing else runs; a machine that builds and tests besides takes several times that.
  test.setTimeout(240_000)
  await page.getByRole('button', { name: 'Profile this sample: Image classifier' }).click()
  await expect(page.getByRole('progressbar')).toBeVisible()
  await page.getByRole('button', { name: 'See results' }).click({ timeout: 220_000 })
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/batch \d+/i)
})

test('a model dropped anywhere on the window opens', async ({ workbench }) => {
  const { page } = workbench
  await workbench.dropFiles(page.getByRole('contentinfo', { name: 'Status' }), [classifier])
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cnn-classifier.onnx')
})

test('a file that is no model is refused in a sentence at the drop zone, and nothing is lost', async ({
  workbench,
  dataFolder,
}) => {
  const { page } = workbench
  await workbench.dropFiles(page.locator('body'), [classifier])
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cnn-classifier.onnx')

  const folder = join(dataFolder, 'elsewhere')
  await mkdir(folder, { recursive: true })
  const text = join(folder, 'notes.txt')
  await writeFile(text, 'shopping: milk, bread')
  await workbench.dropFiles(page.locator('body'), [text])
  const refusal = page.getByRole('alert')
  await expect(refusal).toContainText('notes.txt')
  await expect(refusal).not.toContainText(/\bat .*:\d+:\d+/)

  await page.getByRole('button', { name: 'Model', exact: true }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('cnn-classifier.onnx')
})

test('everything can be reached from the keyboard by the command palette', async ({
  workbench: { page },
}) => {
  await expect(page.getByText('Try a sample')).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Find a command' }).fill('envir')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Environment')
  await expect(page.getByRole('row', { name: /^cpu/ })).toContainText('usable')
})

test('the theme that was chosen is there again next time', async ({ workbench: { page } }) => {
  await expect(page.getByText('Try a sample')).toBeVisible()
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme'])
  const before = await theme()
  await page.keyboard.press('Control+Shift+L')
  await expect.poll(theme).not.toBe(before)
  const chosen = await theme()
  await page.reload()
  await expect(page.getByText('Try a sample')).toBeVisible()
  expect(await theme()).toBe(chosen)
})

test('start and environment are accessible', async ({ workbench: { page } }) => {
  await expect(page.getByRole('button', { name: /Profile this sample/ }).first()).toBeVisible()
  await expectAccessibleInBothThemes(page)
  await page.getByRole('button', { name: 'Environment', exact: true }).click()
  await expect(page.getByRole('table', { name: 'Execution providers' })).toBeVisible()
  await expectAccessibleInBothThemes(page)
})
