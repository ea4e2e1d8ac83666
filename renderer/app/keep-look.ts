import { watch, watchEffect, type Ref } from 'vue'
import { storeToRefs } from 'pinia'
import { isBoolean, useRemembered } from '../components/remembered.ts'
import { useUi, type Theme } from '../stores/ui.ts'
import { useMediaQuery } from './use-media-query.ts'

const isChosenTheme = (value: unknown): value is Theme | null =>
  value === 'dark' || value === 'light' || value === null

/** Ties the look to the page, the system's preference and what is remembered on this machine. */
export function keepLook(): void {
  const ui = useUi()
  const { chosenTheme, isTreeOpen, isInspectorOpen } = storeToRefs(ui)
  keep('theme', chosenTheme, isChosenTheme)
  keep('tree-open', isTreeOpen, isBoolean)
  keep('inspector-open', isInspectorOpen, isBoolean)

  const prefersLight = useMediaQuery('(prefers-color-scheme: light)')
  watchEffect(() => {
    ui.systemTheme = prefersLight.value ? 'light' : 'dark'
    document.documentElement.dataset.theme = ui.theme
  })
}

function keep<T>(key: string, setting: Ref<T>, accepts: (value: unknown) => value is T): void {
  const remembered = useRemembered(key, setting.value, accepts)
  setting.value = remembered.value
  watch(setting, (value) => {
    remembered.value = value
  })
}
