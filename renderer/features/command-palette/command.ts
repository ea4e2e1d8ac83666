import type { Component } from 'vue'

/** Something the user can have done: from the palette, by its shortcut, or from the desktop's menu. */
export interface Command {
  /** Stable: the desktop's menu sends it. */
  id: string
  text: string
  group: 'Go to' | 'File' | 'Experiment' | 'View'
  icon: Component
  /** `Ctrl+K`, `Ctrl+Shift+O`, `F2`. */
  shortcut?: string
  /** More words it is found by. */
  keywords?: string
  isEnabled(): boolean
  run(): void
}
