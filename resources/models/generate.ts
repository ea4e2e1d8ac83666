import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { cnnClassifier } from './cnn-classifier.ts'
import { bertBase } from '../verification/bert-base.ts'
import { resnet50 } from '../verification/resnet-50.ts'
import { skipChain } from '../verification/skip-chain.ts'
import { textEncoder } from './text-encoder.ts'

/**
 * Writes the sample models beside this file, and those that a GPU is verified with beside theirs (`npm run models`).
 * Seeded: the files change only when the models do.
 */
const samples: [file: string, bytes: Uint8Array][] = [
  ['cnn-classifier.onnx', cnnClassifier()],
  ['text-encoder.onnx', textEncoder()],
  ['../verification/resnet-50.onnx', resnet50()],
  ['../verification/bert-base.onnx', bertBase()],
  ['../verification/skip-chain.onnx', skipChain()],
]
for (const [file, bytes] of samples) {
  writeFileSync(fileURLToPath(new URL(file, import.meta.url)), bytes)
  console.log(`${file}: ${(bytes.length / 2 ** 20).toFixed(2)} MiB`)
}
