import { ref, watch, type Ref } from 'vue'

const prefix = 'batchscope.'
const known = new Map<string, Ref<unknown>>()

function read(key: string): unknown {
  try {
    const text = localStorage.getItem(prefix + key)
    return text === null ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

function write(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(prefix + key)
    else localStorage.setItem(prefix + key, JSON.stringify(value))
  } catch {
    // Storage is full or forbidden: the setting lasts as long as the window.
  }
}

/**
 * A small setting of the interface that is remembered on this machine. The same key gives the same ref, and what was
 * stored counts only when `accepts` says so.
 */
export function useRemembered<T>(key: string, fallback: T, accepts: (value: unknown) => value is T): Ref<T> {
  const existing = known.get(key)
  if (existing !== undefined) return existing as Ref<T>
  const stored = read(key)
  const setting = ref(accepts(stored) ? stored : fallback) as Ref<T>
  watch(setting, (value) => write(key, value), { flush: 'sync' })
  known.set(key, setting)
  return setting
}

export const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean'
export const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value)
