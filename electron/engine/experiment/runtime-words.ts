/**
 * What ONNX Runtime and native code print, made fit for a sentence: no terminal colours, no source locations, no C++
 * signatures, no names of machines. `Non-zero status code returned while running Conv node. Name:'c1' Status Message: x` becomes
 * `running the Conv node "c1": x`.
 */
export function runtimeWords(text: string): string {
  const plain = withoutColours(text)
    .replace(
      /Non-zero status code returned while running (\S+) node\. Name:'([^']*)' Status Message:/g,
      'running the $1 node "$2":',
    )
    .replace(
      /\S*onnxruntime_src\/\S+\.(?:cc|h|cpp|cu):\d+ .*?\)(?:::<lambda\(\)>|::operator\(\)\(.*?\) const)? /g,
      '',
    )
    .replace(/\S*[\\/]onnxruntime[\\/]core[\\/]\S+\.(?:cc|h|cpp|cu):\d+ onnxruntime::\S+ /g, '')
    .replace(/\[with ERRTYPE = [^\]]*\] /g, '')
    // Where CUDA's libraries failed: of all that only the function.
    .replace(/\s*; ?GPU=-?\d+ ?;.*?\bexpr=(?:[\w.]+(?:->|\.))?(\w+)\(.*?;\s*$/s, ' ($1)')
    .replace(/\[ONNXRuntimeError\] : \d+ : \w+ : /g, '')
    .replace(/^Load model from .+? failed: ?/, '')
    .replace(/^Fatal error: /, '')
    .replace(/\s*Please fix either the inputs\/outputs or the model\./, '')
    .replace(/\s+/g, ' ')
    .trim()
  return plain.length <= 300 ? plain : `${plain.slice(0, 299)}…`
}

/** The same as the end of a sentence: with a full stop where it has none. */
export function runtimeSentence(text: string): string {
  const words = runtimeWords(text)
  return /[.!?…]$/.test(words) ? words : `${words}.`
}

/** Text without the escape sequences that colour it on a terminal, which ONNX Runtime writes to any standard error. */
export function withoutColours(text: string): string {
  const escape = String.fromCharCode(27)
  return text.replaceAll(new RegExp(`${escape}\\[[0-9;]*m`, 'g'), '')
}

/** The last words of a host, for people who want them; `undefined` when it died silently. */
export function lastWords(standardError: string): string | undefined {
  const text = withoutColours(standardError).trim()
  return text === '' ? undefined : text
}
