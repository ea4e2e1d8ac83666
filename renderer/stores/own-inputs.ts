import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { BatchscopeError, failureLine, toFailure } from '../../electron/contract/failure.ts'
import { useDraft } from './draft.ts'
import { useFileChoice, type ChosenFile } from './file-choice.ts'
import { isArchive, isArrayFile, type OwnValues } from './model-choices.ts'
import { useModels } from './models.ts'

/** The user's own values for the inputs of the open model, in place of values that are made up. */
export const useOwnInputs = defineStore('own-inputs', () => {
  const models = useModels()
  const draft = useDraft()
  const files = useFileChoice()

  /** What is on its way, and for which input; `fraction` (0 to 1) while it is uploaded. */
  const pending = ref<{ input: string | null; name: string; fraction: number } | null>(null)
  /** Why the last file could not be taken, and for which input. */
  const failure = ref<{ input: string | null; text: string } | null>(null)
  /** A dropped file of which it is not known yet which input it is for. */
  const offered = ref<ChosenFile | null>(null)

  const inputNames = computed(() => models.current?.inputs.map(({ name }) => name) ?? [])
  const valuesOf = (input: string | null): OwnValues | undefined =>
    draft.fields.inputs.find((one) => one.input === input)

  /** Feeds an input, or all inputs that an archive names, with a file. */
  function use(input: string | null, { path }: ChosenFile): void {
    failure.value = null
    offered.value = null
    // A file for all inputs leaves no place for others: the engine would not know which one counts.
    const others = draft.fields.inputs.filter((one) => input !== null && one.input !== input)
    draft.fields.inputs = [...others.filter((one) => one.input !== null), { input, path, entry: '' }]
  }

  function clear(input: string | null): void {
    draft.fields.inputs = draft.fields.inputs.filter((one) => one.input !== input)
  }

  async function attempt(
    input: string | null,
    work: (onProgress: (name: string, fraction: number) => void) => Promise<void>,
  ): Promise<void> {
    if (pending.value !== null) return
    failure.value = null
    try {
      await work((name, fraction) => {
        pending.value = { input, name, fraction }
      })
    } catch (error) {
      failure.value = { input, text: failureLine(toFailure(error)) }
    } finally {
      pending.value = null
    }
  }

  /** Asks for the file that an input is to be fed with. */
  const choose = (input: string): Promise<void> =>
    attempt(input, async (onProgress) => {
      const chosen = await files.choose('input', '.npy,.npz', onProgress)
      if (chosen === undefined) return
      if (!isArrayFile(chosen.name)) throw notAnArray(chosen.name)
      // Another model may have been opened meanwhile.
      if (inputNames.value.includes(input)) use(input, chosen)
    })

  /** Takes a dropped file: for the only input at once, else the user is asked which one it is for. */
  const take = (file: File): Promise<void> =>
    attempt(null, async (onProgress) => {
      const chosen = await files.bring([file], onProgress)
      if (chosen === undefined) return
      const [only, ...more] = inputNames.value
      if (only !== undefined && more.length === 0) use(only, chosen)
      else offered.value = chosen
    })

  /** What a dropped file can be used for: each input, and for an archive all that it names. */
  const targets = computed(() => [
    ...(offered.value !== null && isArchive(offered.value.name)
      ? [{ value: '', text: 'All inputs that it names' }]
      : []),
    ...inputNames.value.map((name) => ({ value: name, text: name })),
  ])

  watch(
    () => models.current,
    () => {
      failure.value = null
      offered.value = null
    },
  )

  return { pending, failure, offered, targets, valuesOf, use, clear, choose, take }
})

function notAnArray(name: string): BatchscopeError {
  return new BatchscopeError({
    code: 'bad-input',
    message: `"${name}" is no NumPy array.`,
    hint: 'Choose a .npy or .npz file: numpy.save and numpy.savez write them.',
    owner: 'user',
  })
}
