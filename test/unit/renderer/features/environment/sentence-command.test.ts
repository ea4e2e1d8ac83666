import { describe, expect, it } from 'vitest'
import { commandIn, withoutCommand } from '../../../../../renderer/features/environment/sentence-command.ts'

describe('the command in a sentence', () => {
  it.each([
    ['For CUDA, install a runtime that has it: batchscope runtime install cuda13.', 'cuda13'],
    ['Run `batchscope runtime install onnxruntime@1.30.0` to compare.', 'onnxruntime@1.30.0'],
  ])('is something the page can do itself: %s', (sentence, runtime) => {
    expect(commandIn(sentence)).toEqual({ kind: 'install', runtime })
  })

  it.each([
    [
      'Install what CUDA 13 needs: pip install nvidia-cublas nvidia-cudnn-cu13.',
      'pip install nvidia-cublas nvidia-cudnn-cu13',
    ],
    ['Install it: pip install "tensorrt-cu13==10.*".', 'pip install "tensorrt-cu13==10.*"'],
    [
      'Or install them (pip install nvidia-cublas nvidia-cufft) and look again.',
      'pip install nvidia-cublas nvidia-cufft',
    ],
    [
      'Remove it and install it again: batchscope runtime remove cuda13 && batchscope runtime install cuda13',
      'batchscope runtime remove cuda13 && batchscope runtime install cuda13',
    ],
    ['Install the driver with "sudo apt install nvidia-driver-580".', 'sudo apt install nvidia-driver-580'],
  ])('is something to copy: %s', (sentence, command) => {
    expect(commandIn(sentence)).toEqual({ kind: 'copy', command })
  })

  it('is to measure where nothing is in the way, and is not shown in the words of a terminal', () => {
    const sentence = 'Ready to measure on cpu, cuda: batchscope run MODEL.onnx --ep cpu,cuda'
    expect(commandIn(sentence)).toEqual({ kind: 'measure' })
    expect(withoutCommand(sentence)).toBe('Ready to measure on cpu, cuda.')
    expect(withoutCommand('Install one that has it: batchscope runtime install cuda13.')).toBe(
      'Install one that has it.',
    )
  })

  it('is not made up where there is none', () => {
    expect(commandIn('No execution provider can be used, so nothing can be measured here.')).toBeUndefined()
    expect(commandIn('Update the NVIDIA driver to 580 or newer.')).toBeUndefined()
  })
})
