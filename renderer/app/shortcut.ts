/** The parts of a keyboard event that a shortcut looks at. */
export type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>

/** Whether a key press is a shortcut such as `Ctrl+Shift+O` or `F2`. Ctrl is the command key on a Mac. */
export function isShortcut(press: KeyPress, shortcut: string): boolean {
  const parts = shortcut.toLowerCase().split('+')
  const key = parts.at(-1) ?? ''
  // Digits by their place on the keyboard: with Alt, some layouts give another character.
  const isKey = /^\d$/.test(key) ? press.code === `Digit${key}` : press.key.toLowerCase() === key
  return (
    isKey &&
    (press.ctrlKey || press.metaKey) === parts.includes('ctrl') &&
    press.shiftKey === parts.includes('shift') &&
    press.altKey === parts.includes('alt')
  )
}
