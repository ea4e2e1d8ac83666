import { defaultThreshold, type Comparison, type ComparisonSource } from '../../contract/comparison.ts'
import { badInput } from '../../contract/failure.ts'
import type { CommandParams } from '../../contract/workbench-api.ts'
import type { FileStore } from '../ports.ts'
import { compareRuns } from './compare.ts'
import { readRunDocument } from './read-run-document.ts'
import { sideOfDocument, type ComparedSide } from './side.ts'

type ExperimentSource = Exclude<ComparisonSource, { path: string }>

export interface ComparisonContext {
  readonly files: FileStore
  readonly generator: string
  /** An experiment of an open project. Throws where it is not there. */
  sideOf(source: ExperimentSource): ComparedSide
}

/** The command `compareExperiments`. Rejects where a source cannot be read, and where both are the same. */
export async function compareSources(
  { before, after, threshold }: CommandParams<'compareExperiments'>,
  { files, generator, sideOf }: ComparisonContext,
): Promise<Comparison> {
  const sideFrom = async (source: ComparisonSource): Promise<ComparedSide> => {
    if (!('path' in source)) return sideOf(source)
    const path = files.resolve(source.path)
    return sideOfDocument(files.fileName(path), await readRunDocument(path, files))
  }
  const keyOf = (source: ComparisonSource) =>
    'path' in source ? files.resolve(source.path) : `${source.projectId}/${source.experimentId}`
  if (keyOf(before) === keyOf(after)) {
    throw badInput(
      'Both sides are the same run: it cannot differ from itself.',
      'Give two runs, for example two experiments of one project.',
    )
  }
  const [one, other] = [await sideFrom(before), await sideFrom(after)]
  return compareRuns(one, other, { threshold: threshold ?? defaultThreshold, generator })
}
