import { describe, expect, it } from 'vitest'
import { isShortcut, type KeyPress } from '../../../../renderer/app/shortcut.ts'

const press = (key: string, held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  altKey: false,
  ...held,
})

describe('shortcuts', () => {
  it('need exactly the keys they name', () => {
    expect(isShortcut(press('k', { ctrlKey: true }), 'Ctrl+K')).toBe(true)
    expect(isShortcut(press('k'), 'Ctrl+K')).toBe(false)
    expect(isShortcut(press('K', { ctrlKey: true, shiftKey: true }), 'Ctrl+K')).toBe(false)
    expect(isShortcut(press('O', { ctrlKey: true, shiftKey: true }), 'Ctrl+Shift+O')).toBe(true)
    expect(isShortcut(press('F2'), 'F2')).toBe(true)
  })

  it('take the command key for Ctrl', () => {
    expect(isShortcut(press('Enter', { metaKey: true }), 'Ctrl+Enter')).toBe(true)
  })

  it('find a digit by its place, whatever character the layout gives', () => {
    expect(isShortcut(press('{', { code: 'Digit7', ctrlKey: true, altKey: true }), 'Ctrl+Alt+7')).toBe(true)
  })
})
