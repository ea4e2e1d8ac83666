import { expectAccessibleInBothThemes } from './accessible.ts'
import { runShortExperiment } from './short-experiment.ts'
import { expect, test } from './workbench.ts'

test('Results say why the search went as it did and how well numbers are known, and follow a moved bound at once', async ({
  workbench: { page },
}) => {
  await runShortExperiment(page, { batchSizes: 'auto:4' })
  await page.getByRole('button', { name: 'See results' }).click()
  const headline = page.getByRole('heading', { level: 1 })
  await expect(headline).toContainText(/^Use batch \d+: [\d,.]+ items\/s \(±[\d.]+ %\)/)
  await expect(page.getByText(/they are 95 % intervals/)).toBeVisible()

  await page.getByRole('button', { name: /^How the search went/ }).press('Enter')
  const decisions = page.getByRole('list', { name: 'What the planner decided, in order' })
  await expect(decisions.getByRole('listitem').first()).toContainText('Doubling from 1')
  await expect(decisions).toContainText(/items\/s: trying 2 next/)
  await expect(decisions.getByRole('listitem').last()).toContainText(/batch size to use|best/i)
  const trials = page.getByRole('table', { name: 'Trials' })
  await expect(trials.getByRole('row', { name: /^4/ })).toContainText(/doubling/i)

  // What a head means can be read without a pointer.
  await trials.getByRole('button', { name: '±' }).focus()
  await expect(page.getByRole('tooltip')).toContainText('how well a number is known')

  const milliseconds = page
    .getByRole('group', { name: 'Latency bound' })
    .getByRole('textbox', { name: 'Milliseconds' })
  await milliseconds.fill('60000')
  await expect(page.getByRole('radio', { name: /^p99 ≤ 60000 ms/ })).toContainText(/items\/s/)
  await milliseconds.fill('0.0001')
  await expect(page.getByRole('radio', { name: /^p99 ≤ 0\.0001 ms/ })).toContainText('no recommendation')
  await expect(headline).toContainText(/^No batch size meets/)
  await expectAccessibleInBothThemes(page)
})

test('a time budget ends the search with the best answer so far, and the decisions say so', async ({
  workbench: { page },
}) => {
  await runShortExperiment(page, { batchSizes: 'auto', timeBudget: '6s', executionsAtMost: '8' })
  await expect(page.getByText(/^Finished\. Use batch/)).toBeVisible()
  const newest = page
    .getByRole('list', { name: /^What the planner decided/ })
    .getByRole('listitem')
    .first()
  await expect(newest).toContainText('time budget of 6 s')
  await expect(newest).toContainText(/is the batch size to use/)

  await page.getByRole('button', { name: 'See results' }).click()
  await page.getByRole('button', { name: /^How the search went/ }).click()
  const decisions = page.getByRole('list', { name: 'What the planner decided, in order' })
  await expect(decisions.getByRole('listitem').last()).toContainText('time budget')
})
