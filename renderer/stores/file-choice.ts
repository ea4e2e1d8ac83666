import { defineStore } from 'pinia'
import type { CommandParams } from '../../electron/contract/workbench-api.ts'
import { useConnection } from './connection.ts'
import { fileName } from './model-choices.ts'
import { pickFiles } from './pick-file.ts'

/** A file where the engine finds it. */
export interface ChosenFile {
  path: string
  name: string
}

/** Asking for a file that goes with the open model, and bringing dropped ones to the engine. */
export const useFileChoice = defineStore('file-choice', () => {
  const connection = useConnection()

  /**
   * Asks for one: with the system's own dialog in the desktop, with the browser's and an upload when served. Undefined
   * when the person thinks better of it. `onProgress` is told the name and the fraction that has arrived, 0 to 1.
   * Rejects with a BatchscopeError.
   */
  async function choose(
    kind: CommandParams<'chooseFile'>['kind'],
    accept: string,
    onProgress: (name: string, fraction: number) => void,
  ): Promise<ChosenFile | undefined> {
    if (connection.capabilities?.dialogs !== true) return bring(await pickFiles(accept, true), onProgress)
    const path = await connection.client.call('chooseFile', { kind })
    return path === null ? undefined : { path, name: fileName(path) }
  }

  /** Brings the first of some files to the engine, the others beside it. Undefined where there are none. */
  async function bring(
    files: readonly File[],
    onProgress: (name: string, fraction: number) => void,
  ): Promise<ChosenFile | undefined> {
    const main = files.find(({ name }) => name.toLowerCase().endsWith('.onnx')) ?? files[0]
    if (main === undefined) return undefined
    onProgress(main.name, 0)
    const companions = files.filter((file) => file !== main)
    const told = (fraction: number) => onProgress(main.name, fraction)
    return { path: await connection.client.pathFor(main, told, companions), name: main.name }
  }

  return { choose, bring }
})
