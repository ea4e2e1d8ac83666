import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import * as v from 'valibot'
import { findInstallation } from '../adapters/installation.ts'
import { badInput } from '../contract/failure.ts'
import { exitCodes, type ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

export interface ServeOptions {
  port: string
  host: string
  open?: boolean
  allow: string[]
}

/** The part of the server's bundle that is used here; entries start each other by path, so nothing is imported. */
const ServerModuleSchema = v.object({ serve: v.function() })
const RunningServerSchema = v.object({ url: v.string(), close: v.function() })

/** Serves the workbench to a browser until interrupted. */
export async function serveCommand(
  options: ServeOptions,
  { terminal, interrupted }: { terminal: Terminal; interrupted: AbortSignal },
): Promise<ExitCode> {
  const port = Number(options.port)
  if (!/^\d+$/.test(options.port) || port > 65_535) {
    throw badInput(
      `--port "${options.port}" is no port.`,
      'Ports are whole numbers from 0 (any free one) to 65535.',
    )
  }
  const { distFolder } = findInstallation(import.meta.url)
  const bundle = pathToFileURL(join(distFolder, 'server.js')).href
  const { serve } = v.parse(ServerModuleSchema, await import(/* @vite-ignore */ bundle))
  const server = v.parse(
    RunningServerSchema,
    await serve({
      ...{ host: options.host, port, open: options.open === true, allow: options.allow },
      onReady: (url: string) => terminal.print(url),
    }),
  )
  await new Promise<void>((resolve) => {
    if (interrupted.aborted) resolve()
    else interrupted.addEventListener('abort', () => resolve(), { once: true })
  })
  await server.close()
  return exitCodes.done
}
