import { expectAccessibleInBothThemes } from './accessible.ts'
import { expect, test } from './workbench.ts'

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
  await expect(page.getByRole('combobox', { name: /Batch axis/ }).first()).toHaveValue('none')
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
