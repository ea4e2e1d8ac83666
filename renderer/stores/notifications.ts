import { defineStore } from 'pinia'
import { ref } from 'vue'
import { failureLine, toFailure } from '../../electron/contract/failure.ts'

export interface Notification {
  id: number
  kind: 'done' | 'note' | 'failure'
  text: string
}

/** Short messages about something that just happened, for the toast region. */
export const useNotifications = defineStore('notifications', () => {
  const shown = ref<Notification[]>([])
  let lastId = 0

  function push(kind: Notification['kind'], text: string): void {
    if (shown.value.some((notification) => notification.text === text)) return
    lastId += 1
    shown.value.push({ id: lastId, kind, text })
  }

  /** Says that something was done. */
  const done = (text: string) => push('done', text)
  const note = (text: string) => push('note', text)
  /** Shows any thrown value as one line. Stays until dismissed. */
  const fail = (error: unknown) => push('failure', failureLine(toFailure(error)))

  function dismiss(id: number): void {
    shown.value = shown.value.filter((notification) => notification.id !== id)
  }

  return { shown, done, note, fail, dismiss }
})
