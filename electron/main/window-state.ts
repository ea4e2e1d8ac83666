import { readFileSync, writeFileSync } from 'node:fs'
import * as v from 'valibot'

/** Where a window stood, in the screen's own coordinates. */
const WindowStateSchema = v.object({
  bounds: v.object({
    x: v.pipe(v.number(), v.integer()),
    y: v.pipe(v.number(), v.integer()),
    width: v.pipe(v.number(), v.integer()),
    height: v.pipe(v.number(), v.integer()),
  }),
  maximized: v.boolean(),
})
export type WindowState = v.InferOutput<typeof WindowStateSchema>
type Rectangle = WindowState['bounds']

export const minimumSize = { width: 800, height: 560 } as const
const usualSize = { width: 1440, height: 900 } as const

/** What was remembered; `undefined` when there is nothing, or nothing that can be read. */
export function readWindowState(path: string): WindowState | undefined {
  try {
    const parsed = v.safeParse(WindowStateSchema, JSON.parse(readFileSync(path, 'utf8')))
    return parsed.success ? parsed.output : undefined
  } catch {
    return undefined
  }
}

/** Losing this is no loss worth a message. */
export function writeWindowState(path: string, state: WindowState): void {
  try {
    writeFileSync(path, JSON.stringify(state))
  } catch {
    // The window opens in its usual place next time.
  }
}

/**
 * Where to open a window: where it was, if enough of it still lies on a screen to be grabbed; else in its usual size
 * or as much of it as the first screen has room for.
 */
export function placeWindow(
  state: WindowState | undefined,
  screens: readonly Rectangle[],
): Partial<Rectangle> & { width: number; height: number } {
  const bounds = state?.bounds
  if (bounds !== undefined && screens.some((screen) => overlaps(bounds, screen))) {
    return {
      ...bounds,
      width: Math.max(bounds.width, minimumSize.width),
      height: Math.max(bounds.height, minimumSize.height),
    }
  }
  const screen = screens[0] ?? usualSize
  return {
    width: Math.min(usualSize.width, screen.width),
    height: Math.min(usualSize.height, screen.height),
  }
}

function overlaps(window: Rectangle, screen: Rectangle): boolean {
  const grip = 100
  const across =
    Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x) >= grip
  // The title bar is at the top: that is what must be on the screen.
  return across && window.y >= screen.y && window.y <= screen.y + screen.height - grip
}
