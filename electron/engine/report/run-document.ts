import * as v from 'valibot'
import { RunDocumentSchema, type RunDocument } from '../../contract/run-document.ts'
import type { ReportInput } from './report-input.ts'

/** One experiment's results as a JSON document that follows resources/schema/run-document.schema.json. */
export function runDocument({ generator, experiment, model, analysis }: ReportInput): RunDocument {
  const { factors, rules, constraints, seed } = experiment.record.spec
  const document: RunDocument = {
    format: 'batchscope-run',
    formatVersion: 1,
    generator,
    environment: experiment.record.environment,
    model,
    experiment: { factors, rules, constraints, seed },
    trials: analysis.trials,
    boundary: analysis.boundary,
    recommendations: analysis.recommendations,
    series: analysis.series,
    drift: analysis.drift,
    decisions: experiment.decisions,
    answer: analysis.answer,
  }
  // Through JSON, so that a field that does not apply is absent for those who look at the object too; through the
  // schema, so that nothing else gets out.
  return v.parse(RunDocumentSchema, JSON.parse(JSON.stringify(document)))
}
