import { createRequire } from 'node:module'
import type { Page } from '@playwright/test'
import {
  bindingPackage,
  commonPackage,
  startRegistry,
  type RegistryServer,
} from '../unit/adapters/runtimes/registry-server.ts'
import { expectAccessibleInBothThemes } from './accessible.ts'
import { runShortExperiment } from './short-experiment.ts'
import { expect, test as base } from './workbench.ts'

/** A version that there is not, and that computes with the built-in one: what is installed here must really run. */
const version = '1.99.0'
const builtIn = createRequire(import.meta.url).resolve('onnxruntime-node')

const test = base.extend<{ registry: RegistryServer }>({
  registry: [
    async ({ browserName: _ }, use) => {
      const binding = bindingPackage(version)
      binding.files['dist/index.js'] = `module.exports = require(${JSON.stringify(builtIn)})\n`
      const registry = await startRegistry([binding, commonPackage(version)])
      const before = process.env['npm_config_registry']
      process.env['npm_config_registry'] = registry.url
      await use(registry)
      if (before === undefined) delete process.env['npm_config_registry']
      else process.env['npm_config_registry'] = before
      await registry.close()
    },
    // Before a workbench is opened, which takes npm's settings from its environment.
    { auto: true },
  ],
})

async function openEnvironment(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Environment', exact: true }).click()
  await expect(page.getByRole('row', { name: /^built-in/ })).toBeVisible()
}
const field = (page: Page) => page.getByRole('textbox', { name: 'Version of ONNX Runtime' })
const row = (page: Page) => page.getByRole('listitem').filter({ has: field(page) })
const installed = (page: Page) => page.getByRole('row', { name: `onnxruntime@${version}` })

test('the environment tells what is here, what is missing, and the next step', async ({
  workbench: { page },
}) => {
  await openEnvironment(page)
  await expect(page.getByRole('list', { name: 'Findings' }).getByRole('listitem')).not.toHaveCount(0)
  await expect(page.getByRole('row', { name: /^built-in/ })).toContainText(/1\.\d+\.\d+.*cpu/)
  await expect(page.getByRole('row', { name: /^cpu usable built-in/ })).toBeVisible()
  await page.getByRole('button', { name: /^Libraries found/ }).click()
  await expectAccessibleInBothThemes(page)
})

test('a version that there is not is refused in a sentence, and another can be tried', async ({
  workbench: { page },
}) => {
  await openEnvironment(page)
  for (const [typed, said] of [
    ['latest', /"latest" is no version of ONNX Runtime\. Give it in full/],
    ['1.98.7', /1\.98\.7/],
  ] as const) {
    await field(page).fill(typed)
    await field(page).press('Enter')
    await expect(row(page)).toContainText(said)
    await expect(row(page)).not.toContainText(/\bat .*:\d+:\d+|Error:/)
    await expect(row(page).getByRole('button', { name: /^Try again/ })).toBeEnabled()
  }
  await expect(page.getByRole('row', { name: /^onnxruntime@/ })).toHaveCount(0)
})

test('an installation is followed, found again after a reload, cancelled, continued, measured with and removed', async ({
  workbench: { page },
  registry,
}) => {
  test.setTimeout(240_000)
  registry.behaviour.stallAfter.push(100_000)
  await openEnvironment(page)
  await field(page).fill(version)
  await row(page)
    .getByRole('button', { name: /^Install/ })
    .click()
  const progress = page.getByRole('progressbar', { name: `Installing onnxruntime@${version}` })
  await expect(row(page)).toContainText(`Downloading onnxruntime-node ${version}`)
  await expect(progress).toBeVisible()

  await page.reload()
  await openEnvironment(page)
  await expect(progress).toBeVisible()
  await expect(field(page)).toHaveValue(version)
  await row(page)
    .getByRole('button', { name: /^Cancel/ })
    .click()
  await expect(row(page)).toContainText('what was downloaded is kept')

  await row(page)
    .getByRole('button', { name: /^Install/ })
    .click()
  await expect(installed(page)).toContainText('cpu', { timeout: 60_000 })
  await expect(progress).toHaveCount(0)
  const [first, second] = registry.downloads.filter(({ name }) => name === 'onnxruntime-node')
  expect(first?.range).toBeUndefined()
  expect(second?.range).toMatch(/^bytes=\d+-$/)

  await page.getByRole('button', { name: 'Start', exact: true }).click()
  const runtimes = ['built-in', `onnxruntime@${version}`]
  await runShortExperiment(page, { batchSizes: '1,2', runtimes })
  await page.getByRole('button', { name: 'See results' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toContainText(
    /^Use batch \d with (?:onnxruntime@1\.99\.0|the built-in runtime):/,
  )

  await openEnvironment(page)
  await page.getByRole('button', { name: `Remove onnxruntime@${version}…` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Keep it' }).click()
  await expect(installed(page)).toBeVisible()
  await page.getByRole('button', { name: `Remove onnxruntime@${version}…` }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
  await expect(installed(page)).toHaveCount(0)
})
