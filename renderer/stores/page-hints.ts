/**
 * The engine's hints name options of the command line, which is where most of them are read. Here the same is said in
 * the words of the page.
 */
const rules: readonly (readonly [RegExp, string])[] = [
  [/Make the batch dynamic \(--make-dynamic[^)]*\)/g, 'Set the batch free on the Model page'],
  [/make the batch dynamic \(--make-dynamic[^)]*\)/g, 'set the batch free on the Model page'],
  [/name (?:it|the batch axis) with --batch-axis \S+=[A-Z]+/g, 'choose it on the Model page'],
  [/Say which axes count samples with --batch-axis .+$/s, 'Choose at each input which axis counts samples.'],
  [/Write .+:ENTRY.*$/s, 'Name the one that is meant beside the file.'],
  [/: batchscope runtime install [\w@.-]*\w/g, ' on the Environment page'],
  // Whatever else stands in brackets says the same once more.
  [/ \(--[a-z][^)]*\)/g, ''],
]

/** A hint of the engine as the page gives it. */
export const onPage = (hint: string): string =>
  rules.reduce((text, [pattern, words]) => text.replace(pattern, words), hint)
