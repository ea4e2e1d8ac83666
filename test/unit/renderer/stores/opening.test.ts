import { beforeEach, describe, expect, it } from 'vitest'
import { useModels } from '../../../../renderer/stores/models.ts'
import { useNavigation } from '../../../../renderer/stores/navigation.ts'
import { useNotifications } from '../../../../renderer/stores/notifications.ts'
import { useOpening } from '../../../../renderer/stores/opening.ts'
import { refusal, type FakeClient } from '../../../fixtures/fake-client.ts'
import { plausibleProject } from '../../../fixtures/plausible-workbench.ts'
import { withFakeClient } from './with-fake-client.ts'

const file = (name: string) => new File(['content'], name)

describe('opening what was dropped', () => {
  let client: FakeClient
  beforeEach(() => {
    client = withFakeClient()
  })
  const paths = (command: string) =>
    client.calls.filter(({ name }) => name === command).map(({ params }) => params)

  it('takes a model to the Model page', async () => {
    await useOpening().openFiles([file('net.onnx')])
    expect(paths('openModel')).toEqual([{ path: '/uploads/net.onnx' }])
    expect(useModels().current?.name).toBe('net.onnx')
    expect(useNavigation().page).toBe('model')
  })

  it('takes a project to the results of its latest experiment', async () => {
    await useOpening().openFiles([file('Study.BATCHSCOPE')])
    expect(paths('openProject')).toEqual([{ path: '/uploads/Study.BATCHSCOPE' }])
    expect(useNavigation().page).toBe('results')
    expect(useNavigation().selected?.experimentId).toBe('experiment-2')
  })

  it('finds the model among its external data files', async () => {
    await useOpening().openFiles([file('weights.bin'), file('net.onnx')])
    expect(paths('openModel')).toEqual([{ path: '/uploads/net.onnx' }])
  })

  it('shows why a file cannot be opened, and keeps the model that was open', async () => {
    const opening = useOpening()
    await opening.openFiles([file('net.onnx')])
    client.answer('openModel', () => {
      throw refusal('"cat.jpg" is not an ONNX model.', 'Drop a .onnx file.')
    })
    await opening.openFiles([file('cat.jpg')])
    expect(opening.failure?.message).toBe('"cat.jpg" is not an ONNX model.')
    expect(opening.pending).toBeNull()
    expect(useNavigation().page).toBe('start')
    expect(useModels().current?.name).toBe('net.onnx')
  })

  it('clears the last failure with the next file', async () => {
    const opening = useOpening()
    opening.refuse({ code: 'not-a-model', message: 'A folder.', owner: 'user' })
    await opening.openFiles([file('net.onnx')])
    expect(opening.failure).toBeNull()
  })

  it('says once what was found wrong with a project that opened all the same', async () => {
    client.answer('openProject', () => ({
      ...plausibleProject,
      notices: ['The last line was torn and was dropped.'],
      readOnlyReason: 'Another Batchscope has it open.',
    }))
    await useOpening().openPath('/home/user/study.batchscope')
    expect(useNotifications().shown.map(({ text }) => text)).toEqual([
      'The last line was torn and was dropped.',
      'Another Batchscope has it open.',
    ])
  })

  it('profiles a sample at once, briefly', async () => {
    await useOpening().profileSample({ name: 'CNN classifier', path: '/samples/cnn.onnx' })
    expect(paths('startExperiment')).toMatchObject([
      { modelPath: '/samples/cnn.onnx', draft: { batch: 'auto', maxTime: '1500' } },
    ])
    expect(useNavigation().page).toBe('live')
  })
})
