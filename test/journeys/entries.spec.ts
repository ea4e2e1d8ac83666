import { expect, test } from './workbench.ts'

test('the workbench opens, and its engine answers', async ({ workbench: { page, entry } }) => {
  await expect(page).toHaveTitle(/Batchscope/)
  await expect(page.getByText(/drop/i).first()).toBeVisible()
  test.info().annotations.push({ type: 'entry', description: entry })
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
