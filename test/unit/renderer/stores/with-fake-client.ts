import { createPinia, setActivePinia } from 'pinia'
import { provideClient } from '../../../../renderer/stores/connection.ts'
import { createFakeClient, type Answers, type FakeClient } from '../../../fixtures/fake-client.ts'

/** Fresh stores on a fresh fake client. */
export function withFakeClient(replacements: Partial<Answers> = {}): FakeClient {
  const client = createFakeClient(replacements)
  provideClient(client)
  setActivePinia(createPinia())
  return client
}

/** Lets answers that are already on their way arrive. */
export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))
