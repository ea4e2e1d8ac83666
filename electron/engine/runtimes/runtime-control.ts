import { BatchscopeError } from '../../contract/failure.ts'
import type { RuntimeInstall } from '../../contract/runtime.ts'
import type { Ports } from '../ports.ts'
import { recipeOf } from './recipes.ts'

interface RuntimeControlContext {
  ports: Pick<Ports, 'runtimes'>
  emit(install: RuntimeInstall): void
  /** The set of runtimes changed. */
  changed(): void
}

/** Installs and removes runtimes, one at a time. */
export class RuntimeControl {
  readonly #context: RuntimeControlContext
  #active: { abort: AbortController; last: RuntimeInstall } | undefined

  constructor(context: RuntimeControlContext) {
    this.#context = context
  }

  current(): RuntimeInstall | null {
    return this.#active?.last ?? null
  }

  async install(name: string): Promise<void> {
    const recipe = recipeOf(name)
    if (this.#active !== undefined) {
      throw new BatchscopeError({
        code: 'busy',
        message: `${this.#active.last.name} is being installed.`,
        hint: 'Wait for its end or cancel it.',
        owner: 'user',
      })
    }
    const { ports, emit, changed } = this.#context
    const abort = new AbortController()
    const active = {
      abort,
      last: { name: recipe.name, state: 'preparing', receivedBytes: 0 } as RuntimeInstall,
    }
    this.#active = active
    try {
      await ports.runtimes.install(recipe, {
        signal: abort.signal,
        onProgress: (install) => {
          active.last = install
          emit(install)
        },
      })
    } finally {
      this.#active = undefined
      changed()
    }
  }

  cancel(): void {
    this.#active?.abort.abort()
  }

  async remove(name: string): Promise<void> {
    await this.#context.ports.runtimes.remove(name)
    this.#context.changed()
  }
}
