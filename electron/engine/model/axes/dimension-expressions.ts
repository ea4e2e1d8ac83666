/** Expressions longer than this are taken for names. */
const longest = 200

/** Whether a dimension's name is made of others, as `past + sequence` or `2*s0`; not `batch-size`. */
function isExpression(name: string): boolean {
  const reckons = /[\w)]\s*(?:[*/+]|\/\/|\s-\s)\s*[\w(]/.test(name) && !/\S-|-\S/.test(name)
  return name.length <= longest && reckons && tokensOf(name) !== undefined
}

/**
 * The value of a dimension's name that is made of others with `+`, `-`, `*`, `/` (whole) and brackets. `sizeOf` gives
 * the sizes of the names in it. Undefined where the name is no such expression, where one of its names is not known, and
 * where it comes to no size.
 */
export function expressionSize(
  name: string,
  sizeOf: (name: string) => number | undefined,
): number | undefined {
  if (!isExpression(name)) return undefined
  const tokens = tokensOf(name) ?? []
  let next = 0
  const factor = (): number | undefined => {
    const token = tokens[next++]
    if (token === undefined) return undefined
    if (token !== '(')
      return /^\d+$/.test(token) ? Number(token) : /^\w/.test(token) ? sizeOf(token) : undefined
    const inner = sum()
    return tokens[next++] === ')' ? inner : undefined
  }
  const chain = (operand: () => number | undefined, operators: readonly string[]) => {
    let value = operand()
    for (
      let operator = tokens[next];
      operator !== undefined && operators.includes(operator);
      operator = tokens[next]
    ) {
      next += 1
      const right = operand()
      value = value === undefined || right === undefined ? undefined : calculated(value, operator, right)
    }
    return value
  }
  const product = () => chain(factor, ['*', '/', '//'])
  const sum = (): number | undefined => chain(product, ['+', '-'])
  const value = sum()
  return next === tokens.length && value !== undefined && Number.isSafeInteger(value) && value > 0
    ? value
    : undefined
}

function calculated(left: number, operator: string, right: number): number | undefined {
  if (operator === '+') return left + right
  if (operator === '-') return left - right
  if (operator === '*') return left * right
  return right === 0 ? undefined : Math.floor(left / right)
}

/** Names, numbers and signs; undefined where there is anything else. */
function tokensOf(text: string): string[] | undefined {
  const tokens = text.match(/[A-Za-z_][\w.]*|\d+|\/\/|[-+*/()]/g) ?? []
  return tokens.join('') === text.replace(/\s/g, '') ? tokens : undefined
}
