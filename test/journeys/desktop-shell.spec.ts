import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test as base } from '@playwright/test'
import { launchDesktop } from '../electron-stand-in/launch-desktop.ts'
import type { Desktop, LaunchOptions } from '../electron-stand-in/launch-desktop.ts'

const sampleModel = fileURLToPath(new URL('../../resources/models/cnn-classifier.onnx', import.meta.url))

const test = base.extend<{
  folder: string
  launch(options?: Partial<LaunchOptions>): Promise<Desktop>
}>({
  folder: async ({ browserName: _ }, use) => {
    const folder = await mkdtemp(join(tmpdir(), 'batchscope-shell-'))
    await use(folder)
    await rm(folder, { recursive: true, force: true })
  },
  launch: async ({ browser, folder }, use) => {
    const launched: Desktop[] = []
    await use(async (options = {}) => {
      const desktop = await launchDesktop({ browser, dataFolder: join(folder, 'data'), ...options })
      launched.push(desktop)
      await expect(desktop.page.getByRole('main')).toBeVisible()
      return desktop
    })
    for (const desktop of launched) await desktop.close()
  },
})

test('a file that the desktop was started with is opened', async ({ launch }) => {
  const { page, notes } = await launch({ files: [sampleModel] })
  await expect(page.getByRole('main')).toContainText('Opset')
  expect(notes).toContainEqual({ what: 'recent-document', value: sampleModel })
})

test('a file opened while it runs goes to the window that is there', async ({ launch, folder }) => {
  const desktop = await launch()
  const model = join(folder, 'other.onnx')
  await copyFile(sampleModel, model)
  await desktop.secondInstance([model])
  await expect(desktop.page.getByRole('main')).toContainText(/other\.onnx.*Opset/s)
  await desktop.openFile(sampleModel)
  await expect(desktop.page.getByRole('main')).toContainText('cnn-classifier.onnx')
  expect(desktop.page.context().pages()).toHaveLength(1)
})

test("the menu's commands are the page's", async ({ launch }) => {
  const { page, menu } = await launch()
  await menu.choose('palette')
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await menu.choose(['Help', 'Environment'])
  await expect(page.getByRole('main')).toContainText('ONNX Runtime')
})

test('opening by the menu asks with a dialog, and nothing happens on Cancel', async ({ launch }) => {
  const desktop = await launch({ dialogAnswers: [null, sampleModel] })
  const { page, menu } = desktop
  await menu.choose('open-model')
  await expect.poll(() => desktop.dialogs.length).toBe(1)
  await menu.choose('open-model')
  await expect(page.getByRole('main')).toContainText('Opset')
  expect(desktop.dialogs.map(({ kind }) => kind)).toEqual(['open', 'open'])
})

test('a link out of the workbench opens in the browser, and the window stays where it is', async ({
  launch,
}) => {
  const { page, notes } = await launch()
  const before = page.url()
  await page.evaluate(() => {
    for (const [href, target] of [
      ['https://onnxruntime.ai/docs/', '_blank'],
      ['https://evil.example/', '_blank'],
      ['https://evil.example/', '_self'],
    ]) {
      const link = Object.assign(document.createElement('a'), { href, target })
      document.body.append(link)
      link.click()
    }
  })
  await expect.poll(() => notes).toEqual([{ what: 'open-external', value: 'https://onnxruntime.ai/docs/' }])
  expect(page.url()).toBe(before)
  await expect(page.getByRole('main')).toBeVisible()
})

test('closing the window while it measures keeps what is finished, and ends in time', async ({
  launch,
  folder,
}) => {
  const desktop = await launch()
  await desktop.page.getByRole('button', { name: 'Profile this sample' }).first().click()
  await expect(desktop.page.getByRole('button', { name: /stop/i }).first()).toBeVisible()
  await desktop.closeWindow()
  expect(await desktop.exited).toBe(0)
  const projects = await readdir(join(folder, 'data', 'projects'))
  expect(projects).toHaveLength(1)
  const again = await launch({ files: [join(folder, 'data', 'projects', projects[0] ?? '')] })
  await expect(again.page.getByRole('button', { name: /resume/i }).first()).toBeVisible()
})
