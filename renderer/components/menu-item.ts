import type { Component } from 'vue'

/** One entry of a menu; `separator` draws a hairline. */
export type MenuItem =
  | { kind: 'separator'; key: string }
  | {
      kind: 'action'
      key: string
      text: string
      icon?: Component
      shortcut?: string
      disabled?: boolean
      danger?: boolean
      run(): void
    }
