import { readFileSync } from 'node:fs'

/** Names of what the stage and the page have between them; a page would have to look for them. */
export interface PageNames {
  binding: string
  deliver: string
}

/** A file that the test named, by what a page can see of it. */
export interface KnownFile {
  name: string
  size: number
  lastModified: number
  path: string
}

const runPreload = readFileSync(new URL('./run-preload.js', import.meta.url), 'utf8').replace('export ', '')

/** The script that runs a preload before the page's own scripts. */
export function pageScript(names: PageNames, preload: string): string {
  return `${runPreload}\nrunPreload(${JSON.stringify(names)}, (require, module, exports) => {${preload}\n})`
}
