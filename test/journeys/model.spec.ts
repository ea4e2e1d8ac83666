import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expectAccessibleInBothThemes } from './accessible.ts'
import { expect, test } from './workbench.ts'
import { writeFixedModel, writeFloats } from './written-files.ts'

test('a model tells its inputs, its facts and its operators', async ({ workbench: { page } }) => {
  await page.getByText('Text encoder').click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('text-encoder.onnx')
  const inputs = page.getByRole('table', { name: 'Inputs' })
  await expect(inputs.getByRole('row')).not.toHaveCount(1)
  await expect(inputs).toContainText('int64')
  await expect(page.getByText('SHA-256')).toBeVisible()
  await expect(page.getByRole('list', { name: 'Operators by count' })).toContainText('MatMul')
  await expectAccessibleInBothThemes(page)
})

test('a batch axis that is corrected here counts in the experiment', async ({ workbench: { page } }) => {
  await page.getByText('Image classifier').click()
  const axis = page.getByRole('table', { name: 'Inputs' }).getByRole('combobox').first()
  await axis.selectOption('none')
  await page.getByRole('button', { name: 'Set up experiment' }).click()
  await page.getByRole('textbox', { name: 'Batch sizes' }).fill('1,2')
  await expect(page.getByRole('textbox', { name: 'Batch sizes' })).toHaveAttribute('aria-invalid', 'true')
  await expect(page.getByRole('table', { name: 'Inputs' }).getByRole('row').nth(1)).toContainText('none')
  await page.getByRole('button', { name: 'Change on the Model page' }).click()
  await expect(page.getByRole('table', { name: 'Inputs' })).toContainText('your choice')
})

test('the batch axes are verified by running the model, as soon as it is open', async ({
  workbench: { page },
}) => {
  await page.getByText('Image classifier').click()
  const batch = page.getByRole('region', { name: 'Batch', exact: true })
  await expect(batch).toContainText('Batch axes verified', { timeout: 30_000 })
  await expect(batch).toContainText('2 and 3')
  await expect(page.getByRole('table', { name: 'Outputs' })).toContainText('follows at axis 0')
})

test('a fixed batch is set free with one press, and what was done is shown', async ({
  workbench,
  dataFolder,
}) => {
  const { page } = workbench
  const fixed = await writeFixedModel(join(dataFolder, 'elsewhere'))
  await workbench.dropFiles(page.locator('body'), [fixed])
  const batch = page.getByRole('region', { name: 'Batch', exact: true })
  await expect(batch).toContainText('The batch is fixed')
  await expectAccessibleInBothThemes(page)
  await batch.getByRole('button', { name: 'Set the batch free' }).click()

  const made = page.getByRole('region', { name: 'Made from fixed-batch.onnx' })
  await expect(made).toBeVisible({ timeout: 30_000 })
  await expect(made.getByRole('list', { name: 'What was changed' })).toContainText('Reshape')
  await expect(made.getByRole('list', { name: 'What was shown' }).getByRole('listitem')).not.toHaveCount(0)
  await expect(batch).toContainText('Batch axes verified', { timeout: 30_000 })
  await expectAccessibleInBothThemes(page)

  if (workbench.entry === 'served') {
    const downloading = page.waitForEvent('download')
    await made.getByRole('button', { name: 'Download' }).click()
    const download = await downloading
    expect(download.suggestedFilename()).toMatch(/\.onnx$/)
    expect((await readFile(await download.path())).length).toBeGreaterThan(7_000)
  }

  await page.getByRole('button', { name: 'Set up experiment' }).click()
  await page.getByRole('textbox', { name: 'Batch sizes' }).fill('1,2,4')
  await expect(page.getByRole('status').filter({ hasText: '3 trials' })).toBeVisible()
  await page.getByRole('button', { name: 'Change on the Model page' }).click()
  await made.getByRole('button', { name: 'Back to the original' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('fixed-batch.onnx')
  await expect(batch).toContainText('The batch is fixed')
})

test("an input is fed with the user's own values, checked against the model", async ({
  workbench,
  dataFolder,
}) => {
  const { page } = workbench
  await page.getByText('Image classifier').click()
  const inputs = page.getByRole('table', { name: 'Inputs' })
  await expect(inputs).toBeVisible()
  const folder = join(dataFolder, 'elsewhere')
  const wrong = await writeFloats(folder, 'wrong.npy', [5, 7])
  await workbench.dropFiles(page.locator('body'), [wrong])
  await expect(inputs).toContainText('wrong.npy')
  await expect(page.getByRole('alert').first()).toContainText('wrong.npy')
  const right = await writeFloats(folder, 'pictures.npy', [5, 3, 64, 64])
  await workbench.dropFiles(page.locator('body'), [right])
  await expect(inputs).toContainText('pictures.npy')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expectAccessibleInBothThemes(page)
  await inputs.getByRole('button', { name: /made-up values again/ }).click()
  await expect(inputs).not.toContainText('pictures.npy')
})

test('a free dimension with a value that is none is refused where it stands', async ({
  workbench: { page },
}) => {
  await page.getByText('Text encoder').click()
  const value = page.getByRole('table', { name: 'Free dimensions' }).getByRole('textbox').first()
  await value.fill('long')
  await expect(value).toHaveAttribute('aria-invalid', 'true')
  await value.fill('64')
  await expect(value).not.toHaveAttribute('aria-invalid')
})
