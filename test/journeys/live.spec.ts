import type { Locator, Page } from '@playwright/test'
import { expectAccessibleInBothThemes } from './accessible.ts'
import { expect, test } from './workbench.ts'

async function run(page: Page, batchSizes: string): Promise<void> {
  await page.getByText('Image classifier').click()
  await page.getByRole('button', { name: 'Set up experiment' }).click()
  await page.getByRole('radio', { name: 'Quick' }).click()
  await page.getByRole('textbox', { name: 'Batch sizes' }).fill(batchSizes)
  await expect(page.getByRole('button', { name: /^Run/ })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('progressbar', { name: 'Executions done' })).toBeVisible()
}

/** Number of pixels of a chart in the colour of a series: more than none when a curve is drawn. */
function pixelsOfSeries(chart: Locator, series: number): Promise<number> {
  return chart.evaluate((element, name) => {
    if (!(element instanceof HTMLCanvasElement)) return 0
    const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16))
    const { data } = element.getContext('2d')?.getImageData(0, 0, element.width, element.height) ?? {
      data: [],
    }
    let count = 0
    for (let at = 0; at < data.length; at += 4) {
      if (data[at] === red && data[at + 1] === green && data[at + 2] === blue) count += 1
    }
    return count
  }, `--series-${series}`)
}

test('without a run the Live page says what to do', async ({ workbench: { page } }) => {
  await page.getByRole('button', { name: 'Live', exact: true }).click()
  await expect(page.getByText('Nothing is being measured')).toBeVisible()
  await page.getByRole('button', { name: 'Set up an experiment' }).click()
  await expect(page.getByRole('heading', { name: /experiment|model/i }).first()).toBeVisible()
})

test('memory, throughput, latency and utilisation are drawn while a model is measured', async ({
  workbench: { page },
}) => {
  await run(page, '1,2,4')
  const charts = { Memory: 1, Throughput: 3, Latency: 4, Utilisation: 1 }
  for (const [name, series] of Object.entries(charts)) {
    const chart = page.getByRole('img', { name: new RegExp(`^${name}`) })
    await expect.poll(() => pixelsOfSeries(chart, series), { message: name }).toBeGreaterThan(0)
  }
  await expect(page.getByText(/^\d of 6 executions/)).toBeVisible()

  await page.getByRole('img', { name: /^Memory/ }).hover({ force: true, position: { x: 120, y: 60 } })
  // One moment, in all four charts.
  await expect(page.getByText(/^00:0\d/).filter({ hasText: 'batch' })).toHaveCount(4)

  const trials = page.getByRole('table', { name: 'Trials' })
  await expect(trials.getByRole('row', { name: /^1 completed 2\/2/ })).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/^Finished\. Use batch/)).toBeVisible({ timeout: 60_000 })
  await expectAccessibleInBothThemes(page)
  await page.getByRole('button', { name: 'See results' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(/^Use batch/)
})

test('a run is there again after the page was closed, and stops at once', async ({ workbench: { page } }) => {
  await run(page, '1,2,4,8,16')
  const trials = page.getByRole('table', { name: 'Trials' })
  await expect(trials.getByText('1/2').first()).toBeVisible({ timeout: 30_000 })
  await page.reload()
  await page.getByRole('button', { name: 'Live', exact: true }).click()
  const chart = page.getByRole('img', { name: /^Throughput/ })
  await expect.poll(() => pixelsOfSeries(chart, 3)).toBeGreaterThan(0)

  await page.keyboard.press('Control+.')
  await expect(page.getByText('Stopped; what was measured is kept.')).toBeVisible({ timeout: 5_000 })
  const main = page.getByRole('main')
  await main.getByRole('button', { name: 'Resume' }).click()
  await main.getByRole('button', { name: 'Stop' }).click()
  await expect(main.getByRole('button', { name: 'Resume' })).toBeVisible()
})

test('a trial that is skipped is passed over, and the run goes on', async ({ workbench: { page } }) => {
  await run(page, '1,2,256')
  const trials = page.getByRole('table', { name: 'Trials' })
  await trials.getByRole('button', { name: 'Skip batch 256' }).click()
  await expect(trials.getByRole('row', { name: /^256/ })).toContainText('skipped')
  await expect(page.getByText(/^Finished\. Use batch/)).toBeVisible({ timeout: 60_000 })
  await expect(trials.getByRole('row', { name: /^2 / })).toContainText('completed')
})
