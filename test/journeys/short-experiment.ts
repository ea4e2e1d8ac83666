import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'

/** What a journey varies; everything else is as quick as it gets. */
export interface ShortExperiment {
  batchSizes: string
  timeBudget?: string
  /** Installed runtimes to compare, by name. Default: whatever the providers use. */
  runtimes?: readonly string[]
  /** Executions of a contender of the automatic search. Default: as many as every trial has, two. */
  executionsAtMost?: string
}

/** Measures the sample classifier, each execution for a few tenths of a second, and waits on the Live page for its end. */
export async function runShortExperiment(page: Page, experiment: ShortExperiment): Promise<void> {
  const { batchSizes, timeBudget, runtimes = [], executionsAtMost = '2' } = experiment
  const field = (name: string) => page.getByRole('textbox', { name, exact: true })
  await page.getByText('Image classifier').click()
  await page.getByRole('button', { name: 'Set up experiment' }).click()
  await field('Batch sizes').fill(batchSizes)
  await field('Time budget').fill(timeBudget ?? '')
  for (const name of runtimes) await page.getByRole('checkbox', { name }).check()
  const advanced = page.getByRole('button', { name: 'Advanced' })
  if ((await advanced.getAttribute('aria-expanded')) === 'false') await advanced.click()
  for (const [name, value] of [
    ['Executions per trial', '2'],
    ['Measure at least', '50'],
    ['Measure at most', '200'],
    ['Warm up at least', '10'],
    ['Executions at most', executionsAtMost],
  ] as const) {
    await field(name).fill(value)
  }
  await expect(page.getByRole('button', { name: /^Run/ })).toBeEnabled()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'See results' })).toBeVisible({ timeout: 80_000 })
}
