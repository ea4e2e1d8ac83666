import { BatchscopeError, toFailure, type Failure } from '../../contract/failure.ts'
import type { RuntimeInstall } from '../../contract/runtime.ts'
import type { Ports, RuntimeRecipe } from '../ports.ts'
import { recipeOf, refuseElsewhere } from './recipes.ts'

interface RuntimeControlContext {
  ports: Pick<Ports, 'runtimes' | 'machine'>
  emit(install: RuntimeInstall): void
  /** The set of runtimes changed. */
  changed(): void
}

interface ActiveInstall {
  abort: AbortController
  last: RuntimeInstall
  /** Never rejects. */
  ended: Promise<void>
}

/** Installs and removes runtimes, one at a time. */
export class RuntimeControl {
  readonly #context: RuntimeControlContext
  #active: ActiveInstall | undefined

  constructor(context: RuntimeControlContext) {
    this.#context = context
  }

  current(): RuntimeInstall | null {
    return this.#active?.last ?? null
  }

  /** Resolves when it is there. The last event tells how it ended: `done`, `failed` or `cancelled`. */
  async install(name: string): Promise<void> {
    const recipe = recipeOf(name)
    this.refuseIfInstalling()
    const active: ActiveInstall = {
      abort: new AbortController(),
      last: { name: recipe.name, state: 'preparing', receivedBytes: 0 },
      ended: Promise.resolve(),
    }
    this.#active = active
    const work = this.#perform(recipe, active)
    active.ended = work.catch(() => undefined)
    await work
  }

  cancel(): void {
    this.#active?.abort.abort()
  }

  async remove(name: string): Promise<void> {
    this.refuseIfInstalling()
    await this.#context.ports.runtimes.remove(name)
    this.#context.changed()
  }

  /** Cancels the installation in progress and waits until it has put everything in order. */
  async shutdown(): Promise<void> {
    this.cancel()
    await this.#active?.ended
  }

  refuseIfInstalling(): void {
    if (this.#active === undefined) return
    throw new BatchscopeError({
      code: 'busy',
      message: `The runtime ${this.#active.last.name} is being installed.`,
      hint: 'Wait for its end or cancel it.',
      owner: 'user',
    })
  }

  async #perform(recipe: RuntimeRecipe, active: ActiveInstall): Promise<void> {
    const { emit, changed } = this.#context
    const { machine, runtimes } = this.#context.ports
    const tell = (install: RuntimeInstall) => {
      active.last = install
      emit(install)
    }
    const end = (install: RuntimeInstall) => {
      this.#active = undefined
      changed()
      emit(install)
    }
    tell(active.last)
    try {
      refuseElsewhere(recipe.name, await machine.describe())
      await runtimes.install(recipe, { signal: active.abort.signal, onProgress: tell })
    } catch (error) {
      end(brokenOff(active.last, toFailure(error)))
      throw error
    }
    const { doing, ...last } = active.last
    // What was being done is over; but the store may have said itself that there was nothing to do.
    end({ ...last, state: 'done', ...(last.state === 'done' && doing !== undefined ? { doing } : {}) })
  }
}

/** The last event of an installation that did not come to its end. */
function brokenOff(last: RuntimeInstall, failure: Failure): RuntimeInstall {
  return failure.code === 'cancelled'
    ? { ...last, state: 'cancelled' }
    : { ...last, state: 'failed', failure }
}
