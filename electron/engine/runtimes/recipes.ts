import { badInput } from '../../contract/failure.ts'
import type { RuntimeRecipe } from '../ports.ts'

/** What the runtime of that name is made of. Throws `bad-input` for a name that is none. */
export function recipeOf(name: string): RuntimeRecipe {
  throw badInput(`There is no runtime "${name}".`)
}
