import { BatchscopeError } from '../../contract/failure.ts'

/** What the file system said, for the detail of a failure. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** An append that the disk refused. */
export function cannotWrite(name: string, error: unknown): BatchscopeError {
  return new BatchscopeError({
    code: 'disk',
    message: `${name} cannot be written; what was measured is kept in memory.`,
    detail: reasonOf(error),
    hint: 'Make room on the disk, or save the project elsewhere.',
    owner: 'system',
  })
}

/** A new file that the disk refused. */
export function cannotWriteTo(path: string, error: unknown): BatchscopeError {
  return new BatchscopeError({
    code: 'disk',
    message: `The project cannot be written to ${path}.`,
    detail: reasonOf(error),
    hint: 'Choose a folder that can be written to and has room.',
    owner: 'system',
  })
}

export function readOnly(name: string, reason: string): BatchscopeError {
  return new BatchscopeError({
    code: 'project-read-only',
    message: `Nothing was written to ${name}: ${reason}`,
    hint: 'Save the project under another name to go on.',
    owner: 'user',
  })
}

export function openElsewhere(name: string): BatchscopeError {
  return new BatchscopeError({
    code: 'busy',
    message: `${name} is open in another window or process.`,
    hint: 'Close it there, or choose another name.',
    owner: 'user',
  })
}

/** A record that would not come back from the file as what it is, for example with a number that is none. */
export function unreadable(line: string): BatchscopeError {
  return new BatchscopeError({
    code: 'internal',
    message: 'Batchscope tried to write something to the project that it could not read again.',
    detail: line.slice(0, 500),
    hint: 'Please report this with the detail.',
    owner: 'system',
  })
}
