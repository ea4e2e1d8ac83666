/** What `npm start` finds where it runs. */
export interface Surroundings {
  /** A screen that a window could open on. */
  display: boolean
  /** Electron's program, or why there is none. */
  electron: { program: string } | { missing: string }
  /** What was typed after `npm start --`. */
  args: readonly string[]
}

export type Decision =
  | { kind: 'desktop'; program: string; line: string }
  /** `args` go to the server. */
  | { kind: 'served'; args: string[]; line: string }

/** True where a window can be opened: always on macOS and Windows, elsewhere when a display server is named. */
export function hasDisplay(
  platform: string,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  if (platform === 'darwin' || platform === 'win32') return true
  return [environment['DISPLAY'], environment['WAYLAND_DISPLAY']].some(
    (name) => name !== undefined && name !== '',
  )
}

/** True when the arguments ask for the served workbench, or say how to serve. */
export function asksForServing(args: readonly string[]): boolean {
  return args.some((argument) => /^--(serve|port|host|allow|open)(=|$)/.test(argument))
}

/** Desktop or served, and the one line that says which and why. */
export function decide({ display, electron, args }: Surroundings): Decision {
  if (asksForServing(args)) return serve('as you asked', display, args)
  if (!display) return serve('because no display was found', display, args)
  if ('missing' in electron) return serve(`because ${electron.missing}`, display, args)
  return { kind: 'desktop', program: electron.program, line: 'Opening the desktop window.' }
}

/** The same, once the window turned out not to open. */
export function serveInstead(reason: string, args: readonly string[]): Decision {
  return serve(`because ${reason}`, true, args)
}

function serve(reason: string, display: boolean, args: readonly string[]): Decision {
  const passedOn = args.filter((argument) => argument !== '--serve')
  const line = display
    ? `Serving the workbench to your browser, ${reason}:`
    : `Serving the workbench, ${reason}; open this address in a browser:`
  const opens = display && !passedOn.includes('--open')
  return { kind: 'served', args: opens ? [...passedOn, '--open'] : passedOn, line }
}
