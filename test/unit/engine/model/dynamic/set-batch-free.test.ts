import { describe, expect, it } from 'vitest'
import { freed, numbersInto, pure, refusalOf, type SmallModel } from './traced.ts'

/** One node on an input [1, 4, 6], whose result is the output. */
function one(
  type: string,
  inputs: readonly string[],
  attributes: Record<string, number | readonly number[]>,
  shape: number[],
  extra: Partial<SmallModel> & { weights?: Record<string, number | readonly number[]> } = {},
): SmallModel {
  const { weights = {}, ...rest } = extra
  return {
    inputs: { x: [1, 4, 6] },
    outputs: ['y'],
    seen: { y: shape },
    build(graph) {
      for (const [name, value] of Object.entries(weights)) graph.integers(name, value)
      graph.node(type, inputs, attributes, 'y')
    },
    ...rest,
  }
}

describe('setting the batch free', () => {
  it('gives inputs and outputs a symbol, another one where it is taken', () => {
    const model = one('Relu', ['x'], {}, [1, 4, 6])
    expect(freed(model).model.graph.inputs[0]?.dims).toEqual(['batch', 4, 6])
    expect(freed(model).model.graph.outputs[0]?.dims).toEqual(['batch', 4, 6])
    expect(freed(model).changes).toEqual([
      'Input "x": dimension 0, fixed at 1, is now "batch".',
      'Output "y": dimension 0, fixed at 1, is now "batch".',
    ])
    const taken = freed({
      ...model,
      build(graph) {
        graph.input('other', 'float32', ['batch'])
        model.build(graph)
      },
    })
    expect(taken.model.graph.inputs.map(({ dims }) => dims)).toEqual([['batch_size', 4, 6], ['batch']])
  })

  it.each([
    ['Transpose', ['x'], { perm: [2, 0, 1] }, [6, 1, 4], 1],
    ['Unsqueeze', ['x'], { axes: [0, 3] }, [1, 1, 4, 1, 6], 1],
    ['ReduceMean', ['x'], { axes: [1, 2], keepdims: 0 }, [1], 0],
    ['Softmax', ['x'], { axis: -1 }, [1, 4, 6], 0],
    ['Flatten', ['x'], { axis: 1 }, [1, 24], 0],
    ['ArgMax', ['x'], { axis: 1, keepdims: 0 }, [1, 6], 0],
    ['Split', ['x'], { axis: 1 }, [1, 4, 6], 0],
  ])('follows it through %s', (type, inputs, attributes, shape, axis) => {
    const options = { opset: 12 }
    expect(freed(one(type, inputs, attributes, shape, { options })).outputs.get('y')).toEqual(pure(axis))
  })

  it.each([
    ['Squeeze', { axes: [0] }, [4, 6], 'drops the batch axis'],
    ['ReduceSum', { axes: [0], keepdims: 1 }, [1, 4, 6], 'works across the samples of the batch'],
    ['ReduceMax', { keepdims: 0 }, [], 'works across the samples of the batch'],
    ['Softmax', { axis: 0 }, [1, 4, 6], 'works across the samples of the batch'],
    ['NonZero', {}, [3, 24], 'gives as many results as it finds in the whole batch'],
    ['DynamicQuantizeLinear', {}, [1, 4, 6], 'chooses its scale by the whole batch'],
  ])('is refused at %s, by its name', (type, attributes, shape, reason) => {
    expect(refusalOf(one(type, ['x'], attributes, shape, { options: { opset: 11 } }))).toBe(
      `The batch cannot be set free. Node "${type}_1" (${type}) ${reason}.`,
    )
  })

  it('is refused where a sample is picked by its number', () => {
    const gather = one('Gather', ['x', 'i'], { axis: 0 }, [4, 6], { weights: { i: 0 } })
    expect(refusalOf(gather)).toContain('picks samples of the batch by their number')
    const other = one('Gather', ['x', 'i'], { axis: 1 }, [1, 6], { weights: { i: 2 } })
    expect(freed(other).outputs.get('y')).toEqual(pure())
  })

  it('is refused where samples are multiplied with samples', () => {
    const pairs: SmallModel = {
      inputs: { x: [1, 8] },
      outputs: ['y'],
      seen: { t: [8, 1], y: [1, 1] },
      build(graph) {
        graph.node('Transpose', ['x'], {}, 't')
        graph.node('MatMul', ['x', 't'], {}, 'y')
      },
    }
    expect(refusalOf(pairs)).toContain('(MatMul) pairs samples of the batch with other samples')
    const sums = one('MatMul', ['w', 'x'], {}, [2, 8], {
      inputs: { x: [1, 8] },
      seen: { w: [2, 1], y: [2, 8] },
    })
    expect(refusalOf(sums)).toContain('(MatMul) sums over the batch')
  })

  it('is refused where no output depends on the inputs', () => {
    const blind = one('Identity', ['c'], {}, [3], { weights: { c: [1, 2, 3] } })
    expect(refusalOf(blind)).toContain('No output of the model depends on its inputs sample by sample')
  })

  describe('Reshape', () => {
    it('gets -1 in place of the fixed batch', () => {
      const small = one('Reshape', ['x', 's'], {}, [1, 24], { weights: { s: [1, 24] } })
      const { model, changes } = freed(small)
      expect(numbersInto(model, 'Reshape', 1)).toEqual([-1, 24])
      expect(changes.at(-1)).toBe(
        'Reshape node: the fixed size of the batch became one that is worked out from the data ("Reshape_1").',
      )
      // The shape that nobody needs any more is gone.
      expect(model.graph.initializers.map(({ name }) => name)).not.toContain('s')
    })

    it('gets the size that it had where -1 stood for another dimension', () => {
      const small = one('Reshape', ['x', 's'], {}, [1, 2, 12], { weights: { s: [1, 2, -1] } })
      expect(numbersInto(freed(small).model, 'Reshape', 1)).toEqual([-1, 2, 12])
    })

    it('reads the batch from the input where another dimension must stay open', () => {
      const small = one('Reshape', ['x', 's'], {}, [1, 2, 12], { weights: { s: [1, 2, -1] }, open: true })
      const { nodes } = freed(small).model.graph
      expect(nodes.map(({ type }) => type)).toEqual(['Shape', 'Gather', 'Concat', 'Reshape'])
    })

    it('stays as it is where it copies the batch, or works it out already', () => {
      for (const s of [
        [0, 24],
        [-1, 24],
      ]) {
        const small = one('Reshape', ['x', 's'], {}, [1, 24], { weights: { s } })
        const { model } = freed(small)
        expect(numbersInto(model, 'Reshape', 1)).toEqual(s)
        expect(model.graph.nodes).toHaveLength(1)
      }
    })

    it('leaves a shape alone that other nodes share', () => {
      const { model } = freed({
        inputs: { x: [1, 4, 6] },
        axes: {},
        outputs: ['y', 'z'],
        seen: { y: [1, 24], z: [1, 24] },
        build(graph) {
          graph.integers('s', [1, 24])
          graph.initializer('w', [1, 24], new Float32Array(24))
          graph.node('Reshape', ['x', 's'], {}, 'y')
          graph.node('Reshape', ['w', 's'], {}, 'z')
        },
      })
      expect(model.graph.initializers.find(({ name }) => name === 's')?.integers()).toEqual([1, 24])
      expect(model.graph.nodes.map(({ inputs }) => inputs[1])).toEqual([
        expect.not.stringMatching(/^s$/),
        's',
      ])
    })

    it('is read another way where the likeliest reading leads nowhere', () => {
      // [5, 1, 8] -> [5, 8]: the batch must be taken for the rows, because the product sums over the columns.
      const { outputs } = freed({
        inputs: { x: [5, 1, 8] },
        axes: { x: 1 },
        outputs: ['y'],
        seen: { r: [5, 2, 4], t: [2, 5, 4], y: [2, 5, 3] },
        build(graph) {
          graph.integers('s', [5, 2, 4])
          graph.initializer('w', [4, 3], new Float32Array(12))
          graph.node('Reshape', ['x', 's'], {}, 'r')
          graph.node('Transpose', ['r'], { perm: [1, 0, 2] }, 't')
          graph.node('MatMul', ['t', 'w'], {}, 'y')
        },
      })
      expect(outputs.get('y')).toEqual({ axis: 0, outer: 1, inner: 2 })
    })

    it('follows shapes that the model computes', () => {
      const { model } = freed({
        inputs: { x: [1, 4, 6] },
        outputs: ['y'],
        seen: {
          shape: { shape: [3], numbers: [1, 4, 6] },
          n: { shape: [], numbers: [1] },
          u: { shape: [1], numbers: [1] },
          s: { shape: [2], numbers: [1, 24] },
          y: [1, 24],
        },
        options: { opset: 12 },
        build(graph) {
          graph.integers('zero', 0)
          graph.integers('rest', [24])
          graph.node('Shape', ['x'], {}, 'shape')
          graph.node('Gather', ['shape', 'zero'], { axis: 0 }, 'n')
          graph.node('Unsqueeze', ['n'], { axes: [0] }, 'u')
          graph.node('Concat', ['u', 'rest'], { axis: 0 }, 's')
          graph.node('Reshape', ['x', 's'], {}, 'y')
        },
      })
      expect(model.graph.nodes).toHaveLength(5)
    })
  })

  it('repeats a class token for every sample', () => {
    const { model, changes } = freed({
      inputs: { x: [1, 4, 6] },
      outputs: ['y'],
      seen: { y: [1, 5, 6] },
      build(graph) {
        graph.initializer('token', [1, 1, 6], new Float32Array(6))
        graph.node('Concat', ['token', 'x'], { axis: 1 }, 'y')
      },
    })
    expect(model.graph.nodes.map(({ type }) => type)).toEqual([
      'Shape',
      'Gather',
      'Concat',
      'Expand',
      'Concat',
    ])
    expect(changes.at(-1)).toContain('a value that was made for the fixed batch is repeated for every sample')
  })

  it('repeats the states of recurrent layers', () => {
    const lstm: SmallModel = {
      inputs: { x: [7, 1, 3] },
      axes: { x: 1 },
      outputs: ['y'],
      seen: { y: [7, 1, 1, 2] },
      build(graph) {
        graph.initializer('w', [1, 8, 3], new Float32Array(24))
        graph.initializer('r', [1, 8, 2], new Float32Array(16))
        graph.initializer('h', [1, 1, 2], new Float32Array(2))
        graph.node('LSTM', ['x', 'w', 'r', '', '', 'h', 'h'], { hidden_size: 2 }, 'y')
      },
    }
    const { model, outputs } = freed(lstm)
    expect(outputs.get('y')).toEqual(pure(2))
    // One state is repeated once, for both inputs that take it.
    expect(model.graph.nodes.filter(({ type }) => type === 'Expand')).toHaveLength(1)
    expect(
      refusalOf({ ...lstm, inputs: { x: [1, 1, 3] }, axes: { x: 0 }, seen: { y: [1, 1, 1, 2] } }),
    ).toContain('runs along the batch as if it were time')
  })

  it('takes a weight for a larger fixed batch only if it is the same for every sample', () => {
    const model = (values: readonly number[]): SmallModel => ({
      inputs: { x: [2, 3] },
      batch: 2,
      outputs: ['y'],
      seen: { y: [2, 3] },
      build(graph) {
        graph.initializer('w', [2, 3], Float32Array.from(values))
        graph.node('Add', ['x', 'w'], {}, 'y')
      },
    })
    expect(freed(model([1, 2, 3, 1, 2, 3])).model.graph.nodes.map(({ type }) => type)).toContain('Slice')
    expect(refusalOf(model([1, 2, 3, 4, 5, 6]))).toContain('whose values differ for each of the 2 samples')
  })

  it('lets a slice go to the end of the batch', () => {
    const small = one('Slice', ['x', 'a', 'b'], {}, [1, 3, 6], { weights: { a: [0, 0], b: [1, 3] } })
    expect(numbersInto(freed(small).model, 'Slice', 2)).toEqual([2_147_483_647, 3])
    const part = one('Slice', ['x', 'a', 'b'], {}, [1, 6], {
      weights: { a: [0], b: [1] },
      inputs: { x: [2, 6] },
      batch: 2,
    })
    expect(() => freed(part)).toThrow('combines the batch axis with a dimension of another size')
  })

  it('takes the fixed batch out of what a tensor is expanded to', () => {
    const small = one('Expand', ['x', 's'], {}, [2, 4, 6], {
      inputs: { x: [2, 1, 6] },
      batch: 2,
      weights: { s: [2, 4, 6] },
    })
    expect(numbersInto(freed(small).model, 'Expand', 1)).toEqual([1, 4, 6])
  })

  it('reads the batch where sizes of a resized picture are fixed', () => {
    const small: SmallModel = {
      inputs: { x: [1, 3, 8, 8] },
      outputs: ['y'],
      seen: { y: [1, 3, 16, 16] },
      build(graph) {
        graph.integers('sizes', [1, 3, 16, 16])
        graph.node('Resize', ['x', '', '', 'sizes'], {}, 'y')
      },
    }
    const { nodes } = freed(small).model.graph
    expect(nodes.map(({ type }) => type)).toEqual(['Shape', 'Gather', 'Concat', 'Resize'])
  })
})
