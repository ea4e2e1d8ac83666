import { describe, expect, it } from 'vitest'
import { isUseful, probabilities } from '../../../../../electron/engine/model/precision/useful-drift.ts'
import type { Graph, GraphNode } from '../../../../../electron/engine/model/reading/graph.ts'

const good = { relative: 0.01, cosine: 0.999, maxAbsolute: 0.5 }

describe('a drift', () => {
  it.each([
    [good, true],
    [{ ...good, relative: 0.31 }, false],
    [{ ...good, cosine: 0.89 }, false],
    [{ maxAbsolute: 0 }, true],
  ])('%j leaves an output of use: %s', (drift, expected) => {
    expect(isUseful(drift, false)).toBe(expected)
  })

  it('of probabilities near zero is judged by its size', () => {
    const faint = { relative: 5, cosine: 0.7, maxAbsolute: 0.001 }
    expect(isUseful(faint, true)).toBe(true)
    expect(isUseful(faint, false)).toBe(false)
    expect(isUseful({ ...faint, maxAbsolute: 0.06 }, true)).toBe(false)
    expect(isUseful({ ...good, maxAbsolute: 0.06 }, true)).toBe(true)
  })
})

describe('probabilities', () => {
  const node = (type: string, inputs: string[], outputs: string[]): GraphNode => ({
    ...{ name: '', type, domain: '', inputs, outputs, attributes: [] },
  })
  const graph = (nodes: GraphNode[], ...outputs: string[]): Graph => ({
    ...{ name: '', nodes, initializers: [], inputs: [], values: [] },
    outputs: outputs.map((name) => ({ name, type: 'float32', shape: [], hasShape: false })),
  })

  it('are what a sigmoid makes, whatever carries it to the output', () => {
    const nodes = [
      node('Sigmoid', ['x'], ['p']),
      node('Reshape', ['p', 'shape'], ['q']),
      node('Transpose', ['q'], ['r']),
      node('Relu', ['p'], ['s']),
    ]
    expect([...probabilities(graph(nodes, 'p', 'r', 's', 'x'))]).toEqual(['p', 'r'])
  })

  it('are not looked for in circles', () => {
    expect([...probabilities(graph([node('Identity', ['y'], ['y'])], 'y'))]).toEqual([])
  })
})
