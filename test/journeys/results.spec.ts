import type { Page } from '@playwright/test'
import { expectAccessibleInBothThemes } from './accessible.ts'
import { expect, test } from './workbench.ts'

async function results(page: Page, batchSizes: string, memoryBudget?: string): Promise<void> {
  await page.getByText('Image classifier').click()
  await page.getByRole('button', { name: 'Set up experiment' }).click()
  await page.getByRole('radio', { name: 'Quick' }).click()
  await page.getByRole('textbox', { name: 'Batch sizes' }).fill(batchSizes)
  if (memoryBudget !== undefined) {
    await page.getByRole('textbox', { name: 'Memory budget' }).fill(memoryBudget)
  }
  await expect(page.getByRole('button', { name: /^Run/ })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await page.getByRole('button', { name: 'See results' }).click({ timeout: 80_000 })
}
const headline = (page: Page) => page.getByRole('heading', { level: 1 })
const bound = (page: Page) => page.getByRole('group', { name: 'Latency bound' })
const trials = (page: Page) => page.getByRole('table', { name: 'Trials' })
const asNumber = (text: string) => Number(text.replaceAll(',', ''))

test('the answer comes first, and what stands behind it follows the choice', async ({
  workbench: { page },
}) => {
  await results(page, '1,2,4,8')
  await expect(headline(page)).toContainText(/^Use batch \d+: [\d,.]+ items\/s/)

  await page.getByRole('radio', { name: /^Lowest latency/ }).click()
  const chosen = trials(page).getByRole('row', { selected: true })
  await expect(chosen).toHaveCount(1)
  const inspector = page.getByRole('complementary', { name: 'Trial' })
  const batch = (await chosen.getByRole('cell').first().innerText()).trim()
  await expect(inspector.getByRole('heading', { level: 2 }).first()).toHaveText(`Batch ${batch}`)
  await expect(inspector.getByRole('img', { name: /^Histogram of/ })).toBeVisible()

  await trials(page)
    .getByRole('button', { name: /^Throughput/ })
    .click()
  const throughputs = await trials(page).locator('tbody td:nth-child(3)').allInnerTexts()
  expect(throughputs).toHaveLength(4)
  expect(throughputs).toEqual(throughputs.toSorted((a, b) => asNumber(b) - asNumber(a)))
  await expectAccessibleInBothThemes(page)
})

test('a latency bound moves the recommendation, typed, by keys and dragged', async ({
  workbench: { page },
}) => {
  await results(page, '1,2,4')
  const before = await headline(page).innerText()
  const milliseconds = bound(page).getByRole('textbox', { name: 'Milliseconds' })

  await milliseconds.fill('0.0001')
  await expect(page.getByRole('radio', { name: /^p99 ≤ 0\.0001 ms/ })).toContainText('no recommendation')
  await expect(headline(page)).not.toHaveText(before)

  await milliseconds.fill('60000')
  await expect(page.getByRole('radio', { name: /^p99 ≤ 60000 ms/ })).toBeChecked()
  await expect(headline(page)).toContainText(/^Use batch/)

  const handle = page.getByRole('slider', { name: 'Latency bound at p99' })
  await handle.focus()
  await page.keyboard.press('PageDown')
  await expect(milliseconds).not.toHaveValue('60000')
  const byKeys = Number(await milliseconds.inputValue())

  const box = await handle.boundingBox()
  if (box === null) throw new Error('The bound has no place on the page.')
  await page.mouse.move(box.x + 150, box.y + box.height / 2)
  await page.mouse.down()
  await page.mouse.move(box.x + 150, box.y + 60, { steps: 6 })
  await page.mouse.up()
  await expect.poll(async () => Number(await milliseconds.inputValue())).toBeLessThan(byKeys)

  await bound(page).getByRole('button', { name: 'Remove the bound' }).click()
  await expect(headline(page)).toHaveText(before)
})

test('what does not fit into memory is shown where it ends, and why', async ({ workbench: { page } }) => {
  await results(page, '1,2,4096', '256MiB')
  const lost = trials(page).getByRole('row', { name: /^4,096/ })
  await expect(lost).toContainText('out of memory')
  await expect(page.getByText(/does not fit: 4,096 and up \(host memory\)/)).toBeVisible()
  await expect(page.getByRole('img', { name: /4,096 does not/ })).toBeVisible()

  await lost.click()
  const inspector = page.getByRole('complementary', { name: 'Trial' })
  await expect(inspector.getByRole('heading', { name: 'What happened' })).toBeVisible()
  await expect(headline(page)).toContainText(/^Use batch [12]:/)
})
