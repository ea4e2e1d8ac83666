import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { toFailure } from '../../electron/contract/failure.ts'
import App from './App.vue'
import { showThemeEarly } from './chosen-theme.ts'
import StartFailure from './StartFailure.vue'

/** Puts the workbench on the page once the stores have their client; or says there why it has none. */
export async function startWorkbench(connected: Promise<void>): Promise<void> {
  showThemeEarly()
  try {
    await connected
  } catch (error) {
    createApp(StartFailure, { failure: toFailure(error) }).mount('#app')
    return
  }
  createApp(App).use(createPinia()).mount('#app')
}
