import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { expectAccessibleInBothThemes } from './accessible.ts'
import { expect, test } from './workbench.ts'

async function setUp(page: Page): Promise<void> {
  await page.getByText('Image classifier').click()
  await page.getByRole('button', { name: 'Set up experiment' }).click()
  await expect(page.getByRole('status').filter({ hasText: 'trials' })).toBeVisible()
}
const classifier = fileURLToPath(new URL('../../resources/models/cnn-classifier.onnx', import.meta.url))
const batchSizes = (page: Page) => page.getByRole('textbox', { name: 'Batch sizes' })
const runButton = (page: Page) => page.getByRole('button', { name: /^Run/ })

test('what cannot be run is said at its field while it is typed', async ({ workbench: { page } }) => {
  await setUp(page)
  for (const text of ['0', '-1', '1.5', '1000000000000', 'many']) {
    await batchSizes(page).fill(text)
    await expect(batchSizes(page)).toHaveAttribute('aria-invalid', 'true')
    await expect(page.getByRole('alert')).toContainText(text)
    await expect(runButton(page)).toBeDisabled()
  }
  await batchSizes(page).fill('1,2,4')
  await expect(batchSizes(page)).not.toHaveAttribute('aria-invalid')
  await expect(page.getByRole('status').filter({ hasText: '3 trials' })).toContainText('6 executions')
  await expect(runButton(page)).toBeEnabled()
})

test('every constraint has a grammar of its own', async ({ workbench: { page } }) => {
  await setUp(page)
  for (const [name, wrong, right] of [
    ['Latency bound (SLO)', 'fast', 'p95<=30ms'],
    ['Memory budget', 'plenty', '1.5GiB'],
    ['Intra-op threads', '0', '1,2'],
  ] as const) {
    const field = page.getByRole('textbox', { name })
    await field.fill(wrong)
    await expect(field).toHaveAttribute('aria-invalid', 'true')
    await field.fill(right)
    await expect(field).not.toHaveAttribute('aria-invalid')
  }
})

test('providers that cannot be used here say why', async ({ workbench: { page } }) => {
  await setUp(page)
  await expect(page.getByRole('checkbox', { name: 'cpu' })).toBeChecked()
  const coreml = page.getByRole('checkbox', { name: 'coreml' })
  test.skip(process.platform === 'darwin', 'Core ML is there on macOS')
  await expect(coreml).toBeDisabled()
  await expect(coreml).toHaveAccessibleDescription(/.+/)
})

test('more careful rules take longer', async ({ workbench: { page } }) => {
  await setUp(page)
  const plan = page.getByRole('status').filter({ hasText: 'trials' })
  await batchSizes(page).fill('1,2')
  await page.getByRole('radio', { name: 'Quick' }).click()
  await expect(plan).toContainText('4 executions')
  await page.getByRole('radio', { name: 'Thorough' }).click()
  await expect(plan).toContainText('10 executions')
  await page.getByRole('button', { name: 'Advanced' }).click()
  await page.getByRole('textbox', { name: 'Executions per trial' }).fill('3')
  await expect(plan).toContainText('6 executions')
  await expect(page.getByRole('radio', { name: 'Own' })).toBeChecked()
  await expectAccessibleInBothThemes(page)
})

test('variants are files that are dropped here, or made here, and each is measured', async ({
  workbench,
}) => {
  const { page } = workbench
  await setUp(page)
  await batchSizes(page).fill('1,2')
  const plan = page.getByRole('status').filter({ hasText: 'trials' })
  await expect(plan).toContainText('2 trials')
  await workbench.dropFiles(page.locator('body'), [classifier])
  const variants = page.getByRole('table', { name: 'Variants' })
  await expect(variants.getByRole('row')).toHaveCount(3)
  await expect(plan).toContainText('4 trials')
  await page.getByRole('button', { name: 'FP16', exact: true }).click()
  await expect(variants).toContainText('made at start')
  await expect(plan).toContainText('6 trials')
  await variants.getByRole('button', { name: 'Make FP16 now' }).click()
  await expect(variants.getByRole('row', { name: /FP16/ })).toContainText(/[KM]iB, \d+ %.*made/, {
    timeout: 60_000,
  })
  await expectAccessibleInBothThemes(page)
  await variants.getByRole('button', { name: 'Remove cnn-classifier 2' }).click()
  await expect(plan).toContainText('4 trials')
})

test('an experiment runs from the keyboard, and is renamed and removed in the tree', async ({
  workbench: { page },
}) => {
  test.setTimeout(180_000)
  await setUp(page)
  await page.getByRole('radio', { name: 'Quick' }).click()
  await batchSizes(page).fill('1,2')
  await expect(page.getByRole('status').filter({ hasText: '2 trials' })).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'See results' })).toBeVisible({ timeout: 120_000 })

  const tree = page.getByRole('region', { name: 'Projects' })
  await tree.getByRole('listitem').getByRole('button').first().press('F2')
  await tree.getByRole('textbox', { name: 'Name of the experiment' }).fill('one and two')
  await page.keyboard.press('Enter')
  await expect(tree.getByText('one and two')).toBeVisible()

  await page.getByRole('button', { name: 'Report', exact: true }).first().click()
  await expect(page.getByRole('article')).toContainText('one and two')
  await expectAccessibleInBothThemes(page)

  await tree.getByRole('listitem').getByRole('button').first().press('Delete')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(tree.getByText('one and two')).toHaveCount(0)
})
