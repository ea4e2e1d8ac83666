import { formatCount } from '../../../contract/quantity.ts'
import type { EditableNode } from '../edit/editable-node.ts'

/** `54 Conv and 1 Gemm`, most frequent first. */
export function countedOperators(nodes: readonly EditableNode[]): { text: string; count: number } {
  return { text: listed(operatorCounts(nodes)), count: nodes.length }
}

/** `54 Conv`, `1 Gemm`, most frequent first. */
export function operatorCounts(nodes: readonly EditableNode[]): string[] {
  const counts = new Map<string, number>()
  for (const { type } of nodes) counts.set(type, (counts.get(type) ?? 0) + 1)
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .map(([type, count]) => `${formatCount(count)} ${type}`)
}

/** One sentence for each reason why nodes stay in FP32, those of most nodes first. */
export function keptSentences(kept: ReadonlyMap<EditableNode, string>): string[] {
  const byReason = new Map<string, EditableNode[]>()
  for (const [node, reason] of kept) {
    const known = byReason.get(reason)
    if (known === undefined) byReason.set(reason, [node])
    else known.push(node)
  }
  return [...byReason]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([reason, nodes]) => {
      const { text, count } = countedOperators(nodes)
      return `${text} ${count === 1 ? 'stays' : 'stay'} in FP32: ${reason}.`
    })
}

/** `one, another and a third`. */
export function listed(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('')
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1) ?? ''}`
}
