import { describe, expect, it } from 'vitest'
import { convertCommand, type ConvertOptions } from '../../../electron/cli/convert-command.ts'
import { fakeEngine } from './fake-session.ts'
import { recordedTerminal } from './recorded-terminal.ts'

async function convert(
  options: Partial<ConvertOptions> = {},
  existing: Record<string, 'file' | 'folder'> = {},
) {
  const engine = fakeEngine({ existing })
  const terminal = recordedTerminal()
  const context = { session: engine.session, terminal, interrupted: new AbortController().signal }
  const exitCode = await convertCommand(
    'model.onnx',
    { to: 'dynamic', out: 'free.onnx', ...options },
    context,
  )
  return { exitCode, engine, terminal }
}

describe('batchscope convert', () => {
  it('makes the model, writes it, and tells what was changed and what was shown', async () => {
    const { exitCode, engine, terminal } = await convert({ batchAxis: ['x=0'] })
    expect(exitCode).toBe(0)
    expect(engine.called).toEqual([
      { name: 'makeModel', params: { path: '/model.onnx', kind: 'dynamic', batchAxes: ['x=0'] } },
      { name: 'saveModelAs', params: { sourcePath: '/data/models/made.onnx', path: '/free.onnx' } },
      { name: 'openModel', params: { path: '/free.onnx' } },
    ])
    const text = terminal.printed.join('\n')
    expect(text).toContain('free.onnx: model.onnx as dynamic batch')
    expect(text).toContain('What was changed\n- Input "x": dimension 0, fixed at 1, is now "batch".')
    expect(text).toContain('What was shown\n- At batch size 1, every output is exactly that of the original.')
  })

  it('prints the description of the written file as one JSON document', async () => {
    const { terminal } = await convert({ json: true })
    expect(JSON.parse(terminal.printed.join('\n'))).toMatchObject({
      path: '/free.onnx',
      name: 'free.onnx',
      derivation: { kind: 'dynamic' },
    })
  })

  it('refuses kinds that are none, and folders, before anything is made', async () => {
    await expect(convert({ to: 'fp8' })).rejects.toMatchObject({
      failure: { message: 'A model cannot be converted to "fp8".', code: 'bad-input' },
    })
    await expect(convert({ out: 'folder' }, { '/folder': 'folder' })).rejects.toMatchObject({
      failure: { message: '"folder" is a folder.' },
    })
  })
})
