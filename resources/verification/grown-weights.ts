import type { GraphBuilder } from '../models/onnx-writer.ts'

/**
 * Weights that the graph makes by itself, so that a file of some hundred kilobytes stands for a model of hundreds of
 * megabytes. ONNX Runtime computes them once, when it creates the session (constant folding), and from then on they are
 * constants like any other: made of `Range`, `Mul`, `Add` and `Sin` alone, never of its random operators, which it would
 * compute again at every call.
 *
 * A matrix is scale x sin(r_i x c_j), with r_i between +-20,000 and c_j between 1 and 2: to any sum over rows or columns
 * the phases are as good as random (as in random Fourier features, Rahimi and Recht 2007), so that it has full rank and
 * its values the variance scale^2 / 2.
 */
export class GrownWeights {
  private readonly graph: GraphBuilder
  private readonly constants = new Set<string>()
  private made = 0

  constructor(graph: GraphBuilder) {
    this.graph = graph
    graph.scalar('grown.zero', 0)
    graph.scalar('grown.one', 1)
  }

  /**
   * `dims` values of variance `gain`^2 / `fanIn`, which keeps the spread of activations from layer to layer (He et al.
   * 2015). The first of `dims` are the rows.
   */
  layer(name: string, dims: readonly number[], fanIn: number, gain = 1): string {
    const { graph } = this
    const [rows = 1, ...rest] = dims
    const columns = rest.reduce((product, size) => product * size, 1)
    const [ofRows, ofColumns] = this.frequencies()
    const r = this.wave(`${name}.rows`, rows, ofRows, 0, 20_000)
    const c = this.wave(`${name}.columns`, columns, ofColumns, 1.5, 0.5)
    const asColumn = graph.node('Reshape', [r, this.shape([rows, 1])])
    const phases = graph.node('Mul', [asColumn, graph.node('Reshape', [c, this.shape([1, columns])])])
    const scale = graph.scalar(`${name}.scale`, gain * Math.sqrt(2 / fanIn))
    const matrix = graph.node(
      'Mul',
      [graph.node('Sin', [phases]), scale],
      {},
      rest.length === 1 ? name : `${name}.flat`,
    )
    return rest.length === 1 ? matrix : graph.node('Reshape', [matrix, this.shape(dims)], {}, name)
  }

  /** `count` values between `middle` - `amplitude` and `middle` + `amplitude`. */
  vector(name: string, count: number, middle: number, amplitude: number): string {
    return this.wave(name, count, this.frequencies()[0], middle, amplitude)
  }

  /** middle + amplitude x sin(frequency x k), for k from 0. */
  private wave(name: string, count: number, frequency: number, middle: number, amplitude: number): string {
    const { graph } = this
    const numbers = this.numbers(count)
    const angles = graph.node('Mul', [numbers, graph.scalar(`${name}.frequency`, frequency)])
    const scaled = graph.node('Mul', [
      graph.node('Sin', [angles]),
      graph.scalar(`${name}.amplitude`, amplitude),
    ])
    return graph.node('Add', [scaled, graph.scalar(`${name}.middle`, middle)], {}, `${name}.wave`)
  }

  /** 0, 1, 2 ... `count` - 1; one for all who ask for as many. */
  private numbers(count: number): string {
    const name = `grown.numbers.${count}`
    if (this.constants.has(name)) return name
    this.constants.add(name)
    const limit = this.graph.scalar(`${name}.limit`, count)
    return this.graph.node('Range', ['grown.zero', limit, 'grown.one'], {}, name)
  }

  private shape(dims: readonly number[]): string {
    const name = `grown.shape.${dims.join('x')}`
    if (!this.constants.has(name)) this.graph.integers(name, dims)
    this.constants.add(name)
    return name
  }

  /** Two frequencies that no other weights have: multiples of the golden ratio and of the root of two, in radians. */
  private frequencies(): [number, number] {
    this.made += 1
    return [1 + ((this.made * 0.618_033_988_7) % 1), 1 + ((this.made * Math.SQRT2) % 1)]
  }
}
