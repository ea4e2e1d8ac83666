import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { toFailure } from '../../electron/contract/failure.ts'
import type { WorkbenchClient } from '../client/workbench-client.ts'
import { provideClient } from '../stores/connection.ts'
import App from './App.vue'
import StartFailure from './StartFailure.vue'

/** Connects to the engine and puts the workbench on the page; or says there why it cannot. */
export async function startWorkbench(connect: () => Promise<WorkbenchClient>): Promise<void> {
  try {
    provideClient(await connect())
  } catch (error) {
    createApp(StartFailure, { failure: toFailure(error) }).mount('#app')
    return
  }
  createApp(App).use(createPinia()).mount('#app')
}
