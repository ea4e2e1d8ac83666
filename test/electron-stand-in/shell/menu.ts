import type { MenuEntry } from '../stage.ts'
import { mustBeReady } from './readiness.ts'
import { shellFunctions } from './stage-connection.ts'

interface Template {
  id?: string
  label?: string
  role?: string
  type?: string
  sublabel?: string
  toolTip?: string
  accelerator?: string
  enabled?: boolean
  click?: () => void
  submenu?: Template[]
}

/** Roles that this stand-in knows; a misspelt one is an error here as it is in Electron. */
const roles = new Set([
  ...['about', 'quit', 'close', 'minimize', 'reload', 'toggleDevTools', 'togglefullscreen'],
  ...['resetZoom', 'zoomIn', 'zoomOut', 'help', 'appMenu', 'fileMenu', 'editMenu', 'viewMenu', 'windowMenu'],
])
const modifiers = new Set(['CmdOrCtrl', 'CommandOrControl', 'Cmd', 'Ctrl', 'Alt', 'Shift', 'Super', 'Option'])
const keys =
  /^([A-Z0-9]|F\d{1,2}|[.,/;'\\[\]=`-]|Plus|Space|Tab|Enter|Return|Escape|Backspace|Delete|Up|Down|Left|Right)$/

class Menu {
  readonly items: Template[]

  constructor(items: Template[]) {
    this.items = items
  }

  static buildFromTemplate(template: Template[]): Menu {
    check(template)
    return new Menu(template)
  }

  static setApplicationMenu(menu: Menu | null): void {
    mustBeReady('Menu')
    current = menu
  }

  static getApplicationMenu(): Menu | null {
    return current
  }
}
let current: Menu | null = null

function check(template: Template[]): void {
  for (const item of template) {
    if (item.label === undefined && item.role === undefined && item.type === undefined) {
      throw new TypeError('Invalid template for MenuItem: must have at least one of label, role or type')
    }
    if (item.role !== undefined && !roles.has(item.role))
      throw new TypeError(`Unknown menu role: ${item.role}`)
    if (item.accelerator !== undefined) checkAccelerator(item.accelerator)
    if (item.submenu !== undefined) check(item.submenu)
  }
}

function checkAccelerator(accelerator: string): void {
  const parts = accelerator.split('+')
  const key = parts.pop() ?? ''
  if (!keys.test(key) || parts.some((part) => !modifiers.has(part))) {
    throw new TypeError(`Not an accelerator: ${accelerator}`)
  }
}

function* entries(
  template: Template[],
  above: string[] = [],
  enabled = true,
): Generator<[MenuEntry, Template]> {
  for (const item of template) {
    if (item.type === 'separator') continue
    const path = [...above, (item.label ?? item.role ?? '').replace('&', '')]
    const isEnabled = enabled && item.enabled !== false
    const { id, role, accelerator } = item
    yield [{ id, path, role, accelerator, enabled: isEnabled }, item]
    if (item.submenu !== undefined) yield* entries(item.submenu, path, isEnabled)
  }
}

shellFunctions.menu = () => [...entries(current?.items ?? [])].map(([entry]) => entry)
shellFunctions.chooseMenuItem = (which) => {
  const wanted = typeof which === 'string' ? which : which.join('\n')
  for (const [entry, item] of entries(current?.items ?? [])) {
    const found = typeof which === 'string' ? entry.id === wanted : entry.path.join('\n') === wanted
    if (!found) continue
    if (!entry.enabled) throw new Error(`The menu item ${entry.path.join(' > ')} is disabled`)
    item.click?.()
    return
  }
  throw new Error(`There is no menu item ${wanted.replaceAll('\n', ' > ')}`)
}

export { Menu }
