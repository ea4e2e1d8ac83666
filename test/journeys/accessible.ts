import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@playwright/test'
import type { Page } from '@playwright/test'

/** Expects that axe finds nothing to complain about on the page as it is (WCAG 2.2, A and AA). */
export async function expectAccessible(page: Page): Promise<void> {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
  // Legacy mode: nothing is opened or injected beyond the page itself, which the policy would refuse.
  const { violations } = await new AxeBuilder({ page })
    .withTags(tags)
    // The divider between two landmarks stands in neither.
    .exclude('[role="separator"]')
    .setLegacyMode()
    .analyze()
  const found = violations.map(({ id, help, nodes }) => ({
    id,
    help,
    where: nodes.slice(0, 3).map(({ target, failureSummary }) => `${String(target)}: ${failureSummary}`),
  }))
  expect(found).toEqual([])
}

/** In the dark theme and in the light one, ending in the one it began with. */
export async function expectAccessibleInBothThemes(page: Page): Promise<void> {
  await expectAccessible(page)
  await switchTheme(page)
  await expectAccessible(page)
  await switchTheme(page)
}

/** Switches, and waits until colours have stopped fading: contrast in between is nobody's. */
async function switchTheme(page: Page): Promise<void> {
  const theme = () => page.evaluate(() => document.documentElement.dataset['theme'])
  const before = await theme()
  await page.keyboard.press('Control+Shift+L')
  await expect.poll(theme).not.toBe(before)
  await page.evaluate(async () => {
    await new Promise(requestAnimationFrame)
    const fading = document.getAnimations().filter((animation) => animation instanceof CSSTransition)
    await Promise.allSettled(fading.map(({ finished }) => finished))
  })
}
