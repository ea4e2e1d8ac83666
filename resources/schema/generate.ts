/**
 * Writes the JSON Schema of the document that `batchscope run --json` prints:
 *   npx tsx resources/schema/generate.ts
 */
import { writeFile } from 'node:fs/promises'
import { argv } from 'node:process'
import { fileURLToPath } from 'node:url'
import { toJsonSchema } from '@valibot/to-json-schema'
import { format, resolveConfig } from 'prettier'
import { RunDocumentSchema } from '../../electron/contract/run-document.ts'

export const schemaPath = fileURLToPath(new URL('run-document.schema.json', import.meta.url))

/** The schema as the text of its file. */
export async function runDocumentSchemaText(): Promise<string> {
  const { $schema, ...schema } = toJsonSchema(RunDocumentSchema, {
    target: 'draft-2020-12',
    // A tuple has exactly its items: neither fewer nor more.
    overrideSchema: ({ valibotSchema, jsonSchema }) =>
      valibotSchema.type === 'tuple'
        ? { ...jsonSchema, minItems: jsonSchema.prefixItems?.length, items: false }
        : undefined,
  })
  const document = {
    $schema,
    title: 'Batchscope run',
    description:
      'Results of one experiment. Times are in ms, memory in bytes, throughput in items per second; intervals are 95 % [low, high]. Fields that do not apply are absent.',
    ...schema,
  }
  return format(JSON.stringify(document), { ...(await resolveConfig(schemaPath)), filepath: schemaPath })
}

if (argv[1] === fileURLToPath(import.meta.url)) await writeFile(schemaPath, await runDocumentSchemaText())
