import type { Ref } from 'vue'
import { useRemembered } from '../components/remembered.ts'
import type { Theme } from '../stores/ui.ts'

const isChosenTheme = (value: unknown): value is Theme | null =>
  value === 'dark' || value === 'light' || value === null

/** The theme that the user chose on this machine; null follows the system. */
export const rememberedTheme = (): Ref<Theme | null> =>
  useRemembered<Theme | null>('theme', null, isChosenTheme)

/** Gives the page its theme before there is anything on it, so that nothing flashes. */
export function showThemeEarly(): void {
  const prefersLight = window.matchMedia('(prefers-color-scheme: light)').matches
  document.documentElement.dataset.theme = rememberedTheme().value ?? (prefersLight ? 'light' : 'dark')
}
