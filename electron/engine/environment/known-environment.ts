import type { Environment } from '../../contract/environment.ts'
import type { Ports } from '../ports.ts'
import { describeEnvironment } from './describe-environment.ts'

/** The environment as it was when it was last looked at: looking takes session hosts, so that it is done once. */
export class KnownEnvironment {
  readonly #ports: Ports
  #known: Promise<Environment> | undefined

  constructor(ports: Ports) {
    this.#ports = ports
  }

  /** With `refresh` it is looked at anew. A failure is not kept: the next question asks again. */
  ask(refresh = false): Promise<Environment> {
    if (this.#known !== undefined && !refresh) return this.#known
    const asked = describeEnvironment(this.#ports)
    this.#known = asked
    asked.catch(() => {
      if (this.#known === asked) this.forget()
    })
    return asked
  }

  /** What is here has changed: the next question looks anew. */
  forget(): void {
    this.#known = undefined
  }
}
