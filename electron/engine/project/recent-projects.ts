import * as v from 'valibot'
import type { FileStore } from '../ports.ts'

const RecentSchema = v.array(v.object({ path: v.string(), name: v.string(), opened: v.string() }))
type Recent = v.InferOutput<typeof RecentSchema>

/** The projects that were opened last, newest first, kept in the user's data folder. */
export interface RecentProjects {
  /** Those that still exist. A damaged list counts as empty: it is a convenience, not data. */
  list(): Promise<Recent>
  /** Puts a project first. Rejects when the list cannot be written. */
  add(path: string, name: string): Promise<void>
}

const longest = 20

/** Changes of one list wait for each other, whoever makes them. */
const turns = new WeakMap<FileStore, Promise<void>>()

export function recentProjects(
  files: FileStore,
  wallTime: () => string = () => new Date().toISOString(),
): RecentProjects {
  const listPath = files.resolve(files.dataFolder, 'recent-projects.json')

  async function read(): Promise<Recent> {
    try {
      const parsed = v.safeParse(
        RecentSchema,
        JSON.parse(new TextDecoder().decode(await files.read(listPath))),
      )
      return parsed.success ? parsed.output : []
    } catch {
      return []
    }
  }

  async function list(): Promise<Recent> {
    const entries = await read()
    const stats = await Promise.all(entries.map(({ path }) => files.stat(path).catch(() => undefined)))
    return entries.filter((_, index) => stats[index]?.kind === 'file')
  }

  async function put(path: string, name: string): Promise<void> {
    const others = (await list()).filter((entry) => entry.path !== path)
    const entries = [{ path, name, opened: wallTime() }, ...others].slice(0, longest)
    await files.write(listPath, `${JSON.stringify(entries, undefined, 2)}\n`)
  }

  return {
    list,
    add(path, name) {
      const mine = (turns.get(files) ?? Promise.resolve()).then(() => put(path, name))
      turns.set(
        files,
        mine.catch(() => undefined),
      )
      return mine
    },
  }
}
