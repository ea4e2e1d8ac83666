import { expectAccessibleInBothThemes } from './accessible.ts'
import { runShortExperiment } from './short-experiment.ts'
import { expect, test } from './workbench.ts'

test('two experiments of a project are compared from the keyboard, and there is a verdict on each', async ({
  workbench: { page },
}) => {
  await expect(page.getByText('Try a sample')).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Find a command' }).fill('compare')
  await page.keyboard.press('Enter')
  await expect(page.getByText('Nothing to compare yet')).toBeVisible()
  await page.getByRole('button', { name: 'Open a model or a project' }).press('Enter')

  await runShortExperiment(page, { batchSizes: '1,2' })
  await page.getByRole('button', { name: 'Experiment', exact: true }).click()
  await expect(page.getByRole('button', { name: /^Run/ })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('progressbar', { name: 'Executions done' })).toBeVisible()
  await expect(page.getByText(/^Finished\. Use batch/)).toBeVisible({ timeout: 80_000 })

  await page.keyboard.press('Control+k')
  await page.getByRole('textbox', { name: 'Find a command' }).fill('compare')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Compare')
  const answer = page.getByRole('main').getByRole('heading', { level: 2 }).first()
  await expect(answer).toContainText(/faster|slower|no difference/i)
  const verdicts = page.getByRole('table', { name: 'Configurations compared' })
  await expect(verdicts.getByRole('row', { name: /^Batch [12]/ })).toHaveCount(2)
  await expect(verdicts.getByRole('row', { name: /^Batch 2/ })).toContainText(
    /faster|slower|no difference shown/,
  )

  const reference = page.getByRole('combobox', { name: 'Reference' })
  const before = await reference.inputValue()
  await page.getByRole('button', { name: 'Swap' }).press('Enter')
  await expect(reference).not.toHaveValue(before)
  await expect(answer).toContainText(/faster|slower|no difference/i)

  await page.getByRole('textbox', { name: 'Matters from' }).fill('200 %')
  await expect(page.getByRole('textbox', { name: 'Matters from' })).toHaveAttribute('aria-invalid', 'true')
  await page.getByRole('textbox', { name: 'Matters from' }).fill('5 %')
  await expect(verdicts).toBeVisible()
  await expectAccessibleInBothThemes(page)
})
