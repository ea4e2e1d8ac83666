import { BatchscopeError } from '../contract/failure.ts'
import type { Failure } from '../contract/failure.ts'

type Sentence = Pick<Failure, 'code' | 'owner' | 'hint'> & { message: (path: string) => string }

/** The system's error codes for files, as sentences. `"` around paths, because they may hold spaces. */
const sentences: Record<string, Sentence> = {
  ENOENT: {
    code: 'not-found',
    owner: 'user',
    message: (path) => `There is no file at "${path}".`,
    hint: 'Check the path.',
  },
  ENOTDIR: {
    code: 'not-found',
    owner: 'user',
    message: (path) => `There is no file at "${path}": part of the path is a file, not a folder.`,
    hint: 'Check the path.',
  },
  EISDIR: {
    code: 'bad-input',
    owner: 'user',
    message: (path) => `"${path}" is a folder, not a file.`,
    hint: 'Give the path of a file in it.',
  },
  EACCES: {
    code: 'forbidden',
    owner: 'user',
    message: (path) => `"${path}" may not be used by this user.`,
    hint: 'Change its permissions, or choose another place.',
  },
  ENOSPC: {
    code: 'disk',
    owner: 'system',
    message: (path) => `The disk is full: "${path}" could not be written.`,
    hint: 'Free some space, or save elsewhere.',
  },
  EROFS: {
    code: 'disk',
    owner: 'system',
    message: (path) => `"${path}" is on a disk that can only be read.`,
    hint: 'Save elsewhere.',
  },
  ENAMETOOLONG: {
    code: 'bad-input',
    owner: 'user',
    message: (path) => `The path "${path.slice(0, 80)}…" is too long for this system.`,
    hint: 'Use a shorter name.',
  },
  EMFILE: {
    code: 'disk',
    owner: 'system',
    message: (path) => `Too many files are open to open "${path}".`,
    hint: 'Close some projects or other programs.',
  },
}
const aliases: Record<string, string> = { EPERM: 'EACCES', EDQUOT: 'ENOSPC', ENFILE: 'EMFILE' }

/** The system's error code of a thrown value, for example `ENOENT`. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** What a file operation threw, as a sentence about `path`. */
export function fileFailure(error: unknown, path: string): BatchscopeError {
  if (error instanceof BatchscopeError) return error
  const code = systemCode(error) ?? ''
  const sentence = sentences[aliases[code] ?? code]
  const detail = error instanceof Error ? error.message : String(error)
  if (sentence === undefined) {
    return new BatchscopeError({
      code: 'disk',
      owner: 'system',
      message: `"${path}" could not be read or written: ${detail}`,
      detail,
    })
  }
  return new BatchscopeError({ ...sentence, message: sentence.message(path), detail })
}
