import { register } from 'node:module'
import { pathToFileURL } from 'node:url'
import { becomeReady } from './readiness.ts'
import { app } from './app.ts'
import './windows.ts'
import './menu.ts'

/**
 * Runs the built main bundle as Electron would: `electron` resolves to the stand-in, the arguments look like
 * Electron's, and the app is ready only after the entry module has been evaluated.
 */
const [mainPath, ...args] = process.argv.slice(2)
if (mainPath === undefined) throw new Error('Which main bundle?')

const standIn = new URL('./electron.ts', import.meta.url).href
const hooks = `export async function resolve(specifier, context, next) {
  return next(specifier === 'electron' ? ${JSON.stringify(standIn)} : specifier, context)
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)

Object.defineProperty(process.versions, 'electron', { value: '0.0.0-stand-in' })
process.argv = ['electron', '.', ...args]
process.on('disconnect', () => process.exit(0))

await import(pathToFileURL(mainPath).href)
becomeReady()
app.emit('ready')
