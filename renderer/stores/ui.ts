import { defineStore } from 'pinia'
import { computed, ref, watchEffect } from 'vue'
import { isBoolean, useRemembered } from '../components/remembered.ts'

export type Theme = 'dark' | 'light'

const isChosenTheme = (value: unknown): value is Theme | undefined =>
  value === 'dark' || value === 'light' || value === undefined

/** How the window looks: its theme and which side panels are open. Remembered on this machine. */
export const useUi = defineStore('ui', () => {
  const preferred = window.matchMedia('(prefers-color-scheme: light)')
  const systemTheme = ref<Theme>(preferred.matches ? 'light' : 'dark')
  preferred.addEventListener('change', (event) => {
    systemTheme.value = event.matches ? 'light' : 'dark'
  })

  /** What the user chose; undefined follows the system. */
  const chosenTheme = useRemembered<Theme | undefined>('theme', undefined, isChosenTheme)
  const theme = computed<Theme>(() => chosenTheme.value ?? systemTheme.value)
  watchEffect(() => {
    document.documentElement.dataset.theme = theme.value
  })

  const isTreeOpen = useRemembered('tree-open', true, isBoolean)
  /** Whether the inspector may show a selected trial beside the page. */
  const isInspectorOpen = useRemembered('inspector-open', true, isBoolean)
  const isPaletteOpen = ref(false)

  function toggleTheme(): void {
    chosenTheme.value = theme.value === 'dark' ? 'light' : 'dark'
  }

  return { theme, toggleTheme, isTreeOpen, isInspectorOpen, isPaletteOpen }
})
