import type { PlannedEdit } from './node-view.ts'

/** So many nodes are named; of more, how many there are. */
const mostNamed = 6

/** One sentence for each kind of change to each kind of node, with the nodes. */
export function changeSentences(edits: readonly Pick<PlannedEdit, 'node' | 'what'>[]): string[] {
  const groups = new Map<string, { type: string; what: string; names: Set<string> }>()
  for (const { node, what } of edits) {
    const key = `${node.type}\n${what}`
    const group = groups.get(key) ?? { type: node.type, what, names: new Set<string>() }
    const [output = ''] = node.outputs
    group.names.add(node.name === '' ? `the one that makes "${output}"` : `"${node.name}"`)
    groups.set(key, group)
  }
  return [...groups.values()].map(({ type, what, names }) => {
    const listed = [...names]
    const more = listed.length - mostNamed
    const named = more > 1 ? `${listed.slice(0, mostNamed).join(', ')} and ${more} more` : listed.join(', ')
    const nodes = listed.length === 1 ? `${type} node` : `${listed.length} ${type} nodes`
    return `${nodes}: ${what} (${named}).`
  })
}
