import { watch, watchEffect, type Ref } from 'vue'
import { storeToRefs } from 'pinia'
import { isBoolean, useRemembered } from '../components/remembered.ts'
import { useUi } from '../stores/ui.ts'
import { rememberedTheme } from './chosen-theme.ts'
import { useMediaQuery } from './use-media-query.ts'

/** Ties the look to the page, the system's preference and what is remembered on this machine. */
export function keepLook(): void {
  const ui = useUi()
  const { chosenTheme, isTreeOpen, isInspectorOpen } = storeToRefs(ui)
  keep(chosenTheme, rememberedTheme())
  keep(isTreeOpen, useRemembered('tree-open', true, isBoolean))
  keep(isInspectorOpen, useRemembered('inspector-open', true, isBoolean))

  const prefersLight = useMediaQuery('(prefers-color-scheme: light)')
  watchEffect(() => {
    ui.systemTheme = prefersLight.value ? 'light' : 'dark'
    document.documentElement.dataset.theme = ui.theme
  })
}

function keep<T>(setting: Ref<T>, remembered: Ref<T>): void {
  setting.value = remembered.value
  watch(setting, (value) => {
    remembered.value = value
  })
}
