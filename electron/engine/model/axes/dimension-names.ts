/** What a symbolic dimension counts, judged by its name alone; `unnamed` for names that exporters make up. */
export type DimensionMeaning =
  'batch' | 'past' | 'audio' | 'height' | 'width' | 'channels' | 'time' | 'sequence' | 'unnamed' | 'other'

/** Words that give a name its meaning; the first row with a word of the name wins. Letters must be all of the name. */
const words: readonly [DimensionMeaning, words: readonly string[], letters: readonly string[]][] = [
  ['batch', ['batch', 'batches', 'batchsize', 'minibatch', 'bs', 'bsz'], ['n', 'b']],
  ['past', ['past', 'cache', 'history'], []],
  ['audio', ['audio', 'waveform', 'wav', 'speech', 'pcm'], []],
  ['height', ['height', 'rows'], ['h']],
  ['width', ['width', 'cols', 'columns'], ['w']],
  ['channels', ['channel', 'channels'], ['c']],
  ['time', ['time', 'times', 'timesteps', 'frame', 'frames', 'steps'], ['t']],
  [
    'sequence',
    ['seq', 'sequence', 'seqlen', 'token', 'tokens', 'length', 'len', 'text', 'words'],
    ['l', 's'],
  ],
]

/** A name with one of these does not count samples even where it says batch: `batch_size_x_num_heads`. */
const notOfSamples = [
  'seq',
  'sequence',
  'length',
  'len',
  'heads',
  'head',
  'tokens',
  'boxes',
  'points',
  'features',
]

/**
 * Names made by exporters rather than by people: PaddlePaddle (`p2o.DynamicDimension.0`), TensorFlow (`unk__12`),
 * PyTorch (`input_dynamic_axes_1`, `Addoutput_dim_0`, `s0`) and others (`d0`, `dim_0`, `dynamic`).
 */
const madeUp = /^p2o\.|^unk_|dynamic_?axes|^dynamic_?\d*$|_dim_?\d+$|^(dim|d|s|u|axis|sym)_?\d+$|^\d+$/i

/** What `name` counts. */
export function meaningOf(name: string): DimensionMeaning {
  const parts = wordsOf(name)
  if (!parts.includes('batch') && madeUp.test(name)) return 'unnamed'
  // Expressions, as in `2*s0` or `past + sequence`, count something made of others.
  if (/\w\s*[*/+]\s*\w|^\(/.test(name)) return 'other'
  const letter = parts.filter((part) => !['dim', 'size', 'axis'].includes(part)).join(' ')
  for (const [meaning, list, letters] of words) {
    if (!letters.includes(letter) && !parts.some((part) => list.includes(part))) continue
    if (meaning === 'batch' && parts.some((part) => notOfSamples.includes(part))) continue
    return meaning
  }
  return 'other'
}

/** `decoderSequence_length` as `decoder`, `sequence`, `length`. */
export function wordsOf(name: string): string[] {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')
}
