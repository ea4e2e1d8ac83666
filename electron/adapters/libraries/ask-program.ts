import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { delimiter, isAbsolute, join } from 'node:path'

/** What is killed may take this long to go, in ms; one that hangs in the kernel (a dead network disk) never does. */
const endingMs = 500

const mostOutput = 16 << 20

/**
 * What the first of these programs that is here writes to its standard output; `undefined` where none is here, it fails,
 * or it takes longer than `limitMs`. Each is a path, or a name that is looked for in the absolute folders of PATH. What
 * lies in the working directory is never run: it may have come with a model.
 */
export async function askProgram(
  programs: readonly string[],
  args: readonly string[],
  { environment, limitMs }: { environment: NodeJS.ProcessEnv; limitMs: number },
): Promise<string | undefined> {
  let limit: NodeJS.Timeout | undefined
  const tooLong = new Promise<undefined>((resolve) => {
    limit = setTimeout(() => resolve(undefined), limitMs + endingMs)
  })
  try {
    return await Promise.race([tooLong, outputOf(programs, args, { environment, limitMs })])
  } finally {
    clearTimeout(limit)
  }
}

async function firstOf(
  programs: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => isAbsolute(folder))
  const paths = programs.flatMap((program) =>
    isAbsolute(program) ? [program] : folders.map((folder) => join(folder, program)),
  )
  for (const path of paths) {
    try {
      await access(path, constants.X_OK)
      if ((await stat(path)).isFile()) return path
    } catch {
      // The next may be there.
    }
  }
  return undefined
}

async function outputOf(
  programs: readonly string[],
  args: readonly string[],
  { environment, limitMs }: { environment: NodeJS.ProcessEnv; limitMs: number },
): Promise<string | undefined> {
  const path = await firstOf(programs, environment)
  if (path === undefined) return undefined
  return new Promise((resolve) => {
    const child = execFile(
      path,
      [...args],
      { ...{ env: environment, cwd: '/', timeout: limitMs }, killSignal: 'SIGKILL', maxBuffer: mostOutput },
      (error, stdout) => resolve(error === null ? stdout : undefined),
    )
    // Where it cannot be killed, or left its output open to another, this process ends without it.
    setTimeout(() => {
      child.stdout?.destroy()
      child.stderr?.destroy()
      child.unref()
    }, limitMs + endingMs).unref()
  })
}
