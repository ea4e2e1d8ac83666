import * as v from 'valibot'
import { RunDocumentSchema, type RunDocument } from '../../contract/run-document.ts'
import type { ReportInput } from './report-input.ts'

/** One experiment's results as a JSON document that follows resources/schema/run-document.schema.json. */
export function runDocument({ generator, experiment, model, variants, analysis }: ReportInput): RunDocument {
  const { factors, rules, constraints, seed, inputs } = experiment.record.spec
  const document: RunDocument = {
    format: 'batchscope-run',
    formatVersion: 1,
    generator,
    environment: experiment.record.environment,
    model,
    ...(variants.size > 0 && { variants: [...variants].map(([name, each]) => ({ ...each, name })) }),
    experiment: { factors, rules, constraints, seed, ...(inputs && { inputs }) },
    trials: analysis.trials,
    boundary: analysis.boundary,
    recommendations: analysis.recommendations,
    series: analysis.series,
    variantResults: analysis.variants,
    drift: analysis.drift,
    decisions: experiment.decisions,
    answer: analysis.answer,
  }
  // Through JSON, so that a field that does not apply is absent for those who look at the object too; through the
  // schema, so that nothing else gets out.
  return v.parse(RunDocumentSchema, JSON.parse(JSON.stringify(document)))
}
