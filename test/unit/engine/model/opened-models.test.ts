import { expect, it } from 'vitest'
import { OpenedModels } from '../../../../electron/engine/model/opened-models.ts'
import { encodeModel, externalTensor, GraphBuilder } from '../../../../resources/models/onnx-writer.ts'
import { failureOf } from './described.ts'
import { memoryFiles } from './memory-files.ts'

it('a model is described once, and again when its external data was changed', async () => {
  const graph = new GraphBuilder('external')
  const x = graph.input('x', 'float32', ['batch', 8])
  const weights = externalTensor('w', [8, 8], { location: 'weights.bin', offset: '0', length: '256' })
  graph.node('MatMul', [x, graph.weight('w', weights)], {}, 'y')
  graph.output('y', 'float32', ['batch', 8])
  const content = { '/models/model.onnx': encodeModel(graph), '/models/weights.bin': new Uint8Array(256) }
  const models = new OpenedModels(memoryFiles(content))

  const first = await models.open('/models/model.onnx')
  expect(await models.open('/models/model.onnx')).toBe(first)

  content['/models/weights.bin'] = new Uint8Array(300)
  const again = await models.open('/models/model.onnx')
  expect(again.externalData).toEqual([{ path: '/models/weights.bin', bytes: 300 }])

  content['/models/weights.bin'] = new Uint8Array(100)
  expect((await failureOf(models.open('/models/model.onnx')))?.code).toBe('external-data-missing')
})
