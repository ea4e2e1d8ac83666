import { defineStore } from 'pinia'
import { computed, ref } from 'vue'

export type Theme = 'dark' | 'light'

/** How the window looks: its theme and which side panels are open. The app remembers it on this machine. */
export const useUi = defineStore('ui', () => {
  const systemTheme = ref<Theme>('dark')
  /** What the user chose; null follows the system. */
  const chosenTheme = ref<Theme | null>(null)
  const theme = computed<Theme>(() => chosenTheme.value ?? systemTheme.value)

  const isTreeOpen = ref(true)
  /** Whether the inspector may show a selected trial beside the page. */
  const isInspectorOpen = ref(true)
  const isPaletteOpen = ref(false)

  function toggleTheme(): void {
    chosenTheme.value = theme.value === 'dark' ? 'light' : 'dark'
  }

  return { systemTheme, chosenTheme, theme, toggleTheme, isTreeOpen, isInspectorOpen, isPaletteOpen }
})
