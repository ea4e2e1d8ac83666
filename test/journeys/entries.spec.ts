import { fileURLToPath } from 'node:url'
import { expect, test } from './workbench.ts'

const sampleModel = fileURLToPath(new URL('../../resources/models/cnn-classifier.onnx', import.meta.url))

test('the workbench opens, and its engine answers', async ({ workbench: { page } }) => {
  await expect(page).toHaveTitle(/Batchscope/)
  await expect(page.getByText(/drop/i).first()).toBeVisible()
})

test('the page runs under a policy that lets nothing in from elsewhere', async ({ workbench: { page } }) => {
  const ran = await page.evaluate(() => {
    const script = document.createElement('script')
    script.textContent = 'window.injected = true'
    document.body.append(script)
    return Reflect.has(window, 'injected')
  })
  expect(ran).toBe(false)
  await expect(page.evaluate(() => fetch('https://example.com'))).rejects.toThrow()
})

test('the page can be loaded again', async ({ workbench: { page } }) => {
  await expect(page.getByText(/drop/i).first()).toBeVisible()
  await page.reload()
  await expect(page.getByText(/drop/i).first()).toBeVisible()
  expect(page.url()).not.toContain('token')
})

test('a model that is dropped on the page is read', async ({ workbench: { page, dropFiles } }) => {
  await expect(page.getByText(/drop/i).first()).toBeVisible()
  await dropFiles(page.locator('body'), [sampleModel])
  await expect(page.getByRole('main')).toContainText('cnn-classifier.onnx')
  await expect(page.getByRole('main')).toContainText('Opset')
})

test('a file that is no model is refused with a sentence, and nothing breaks', async ({ workbench }) => {
  const { page, dropFiles } = workbench
  await expect(page.getByText(/drop/i).first()).toBeVisible()
  await dropFiles(page.locator('body'), [fileURLToPath(import.meta.url)])
  await expect(page.getByRole('alert').first()).toContainText('entries.spec.ts')
  await dropFiles(page.locator('body'), [sampleModel])
  await expect(page.getByRole('main')).toContainText('Opset')
})
