/**
 * Writes the JSON Schemas of the documents that `batchscope run --json` and `batchscope compare --json` print:
 *   npx tsx resources/schema/generate.ts
 */
import { writeFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'
import type { GenericSchema } from 'valibot'
import { ComparisonSchema } from '../../electron/contract/comparison.ts'
import { RunDocumentSchema } from '../../electron/contract/run-document.ts'

interface PublishedSchema {
  /** Of its file. */
  path: string
  schema: GenericSchema
  title: string
  description: string
}

/** The documents that are written for others to read. */
export const publishedSchemas = {
  run: {
    path: fileURLToPath(new URL('run-document.schema.json', import.meta.url)),
    schema: RunDocumentSchema,
    title: 'Batchscope run',
    description:
      'Results of one experiment. Times are in ms, memory in bytes, throughput in items per second; intervals are 95 % [low, high]. Fields that do not apply are absent.',
  },
  comparison: {
    path: fileURLToPath(new URL('comparison.schema.json', import.meta.url)),
    schema: ComparisonSchema,
    title: 'Batchscope comparison',
    description:
      'A run compared with a reference. Ratios are those of the new run (after) to the reference (before), so that a latency ratio above 1 is slower and a throughput ratio above 1 faster; times are in ms; intervals are 95 % [low, high]; shares such as the threshold are fractions. Fields that do not apply are absent; overall is null where nothing could be compared.',
  },
} satisfies Record<string, PublishedSchema>

/** A schema as the text of its file. */
export async function schemaText({ path, schema, title, description }: PublishedSchema): Promise<string> {
  const { $schema, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    // A tuple has exactly its items: neither fewer nor more.
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema.type === 'tuple'
        ? { ...jsonSchema, minItems: jsonSchema.prefixItems?.length, items: false }
        : undefined,
  })
  const document = { $schema, title, description, ...rest }
  return format(JSON.stringify(document), { ...(await resolveConfig(path)), filepath: path })
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  for (const published of Object.values(publishedSchemas)) {
    await writeFile(published.path, await schemaText(published))
  }
}
