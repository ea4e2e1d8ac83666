import type { HostExit } from '../engine/ports.ts'
import { limitMemory, watchResidentSet } from './memory-limit.ts'
import { memoryKills, readMemoryAccount, dataBeyondResident } from './process-memory.ts'
import { StandardErrorTail } from './standard-error-tail.ts'

/** How often a host's memory account is read, in ms: what it last said tells how it died. */
const lookEveryMs = 50

/**
 * What a launcher knows of its host besides messages: the memory limit, the memory's account, the last words, and who
 * killed it. The same for every way of starting a host.
 */
export class HostWatch {
  readonly #standardError = new StandardErrorTail()
  readonly #killsBefore = memoryKills()
  #peakResidentBytes: number | undefined
  #dataBytes: number | undefined
  /** What the limit counts but the budget does not. */
  #beyondResident = 0
  #exceededBudget = false
  #killedByUs = false
  #stopWatching: (() => void)[] = []

  /** Starts looking at the process, once its id is known. */
  watch(pid: number): void {
    this.#look(pid)
    const timer = setInterval(() => this.#look(pid), lookEveryMs)
    timer.unref()
    this.#stopWatching.push(() => clearInterval(timer))
  }

  #look(pid: number): void {
    const account = readMemoryAccount(pid)
    this.#peakResidentBytes = account?.peakResidentBytes ?? this.#peakResidentBytes
    this.#dataBytes = account?.dataBytes ?? this.#dataBytes
  }

  /**
   * Limits the host's memory; when it resolves, the limit holds. To be called when the host is ready and before it gets
   * its first request (see `limitMemory`).
   */
  async limit(pid: number, bytes: number, kill: () => void): Promise<void> {
    // A host that dies of its limit may do so before the next look: what it took until now must be known.
    this.#look(pid)
    this.#beyondResident = dataBeyondResident(pid)
    if ((await limitMemory(pid, bytes, this.#beyondResident)) === 'enforced') return
    this.#stopWatching.push(
      watchResidentSet(pid, bytes, () => {
        this.#exceededBudget = true
        this.#killedByUs = true
        kill()
      }),
    )
  }

  appendStandardError(chunk: Buffer | string): void {
    this.#standardError.append(chunk)
  }

  /** Must be called before the launcher kills the host, so that its own kill is not taken for the kernel's. */
  noteKill(): void {
    this.#killedByUs = true
  }

  /** Ends the watching and tells what is known of the end. */
  exit(code: number | null, signal: string | null, startError?: string): HostExit {
    for (const stop of this.#stopWatching) stop()
    return {
      code,
      signal,
      standardError: this.#standardError.text(),
      killedForMemory: signal === 'SIGKILL' && !this.#killedByUs && memoryKills() > this.#killsBefore,
      exceededBudget: this.#exceededBudget,
      peakResidentBytes: this.#peakResidentBytes,
      lastDataBytes: this.#dataBytes === undefined ? undefined : this.#dataBytes - this.#beyondResident,
      startError,
    }
  }
}
