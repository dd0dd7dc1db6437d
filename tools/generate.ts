/**
 * `npm run generate` writes the files that repeat facts of the source; `-- --check` compares instead and exits 1 when one differs.
 * Facts are generated, reasons are written by hand.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorsPage, environmentPage, eventsPage, type EnvironmentTable, type ProblemTable } from './reference-pages.ts'
import { ROOT } from './root.ts'

interface GeneratedFile {
  /** From the root of the repository. */
  file: string
  make: () => Promise<string>
}

const GENERATED: GeneratedFile[] = [
  {
    file: 'docs/reference/openapi.json',
    make: async () => {
      const { openApiDocument } = await load<{ openApiDocument: () => object }>('packages/core/src/contract/openapi.ts')
      return json(openApiDocument())
    },
  },
  {
    file: 'packages/server/src/store/schema.sqlite.sql',
    make: async () => {
      const { dumpSchema } = await load<{ dumpSchema: () => Promise<string> | string }>('packages/server/src/store/dump-schema.ts')
      return dumpSchema()
    },
  },
  {
    file: 'docs/reference/errors.md',
    make: async () => {
      const { PROBLEM_CODES } = await load<{ PROBLEM_CODES: ProblemTable }>('packages/core/src/problem-code.ts')
      const { DENY_REASONS } = await load<{ DENY_REASONS: Record<string, number> }>('packages/core/src/verification/decision.ts')
      return errorsPage(PROBLEM_CODES, DENY_REASONS)
    },
  },
  {
    file: 'docs/reference/environment.md',
    make: async () => {
      const { VARIABLES } = await load<{ VARIABLES: EnvironmentTable }>('packages/server/src/config/env.ts')
      return environmentPage(VARIABLES)
    },
  },
  {
    file: 'docs/reference/events.md',
    make: async () => {
      const { AUDIT_ACTIONS } = await load<{ AUDIT_ACTIONS: Record<string, string> }>('packages/server/src/events/catalog.ts')
      return eventsPage(AUDIT_ACTIONS)
    },
  },
  {
    file: 'docs/reference/configuration.schema.json',
    make: async () => {
      const { z } = await import('zod')
      const { configurationFile } = await load<{ configurationFile: Parameters<typeof z.toJSONSchema>[0] }>('packages/core/src/configuration/configuration.ts')
      // What a person writes, before defaults; rules that JSON Schema cannot say are left to `config diff`.
      return json(z.toJSONSchema(configurationFile, { io: 'input', unrepresentable: 'any' }))
    },
  },
]

const checkOnly = process.argv.includes('--check')
const complaints: string[] = []
for (const { file, make } of GENERATED) {
  try {
    const wanted = normalize(await make())
    if (read(file) === wanted) continue
    if (checkOnly) {
      complaints.push(`${file}: differs from what the source says`)
    } else {
      mkdirSync(dirname(join(ROOT, file)), { recursive: true })
      writeFileSync(join(ROOT, file), wanted)
      console.log(`wrote ${file}`)
    }
  } catch (error) {
    // One source that cannot be read must not hide the state of the others.
    complaints.push(`${file}: cannot be made: ${error instanceof Error ? error.message : String(error)}`)
  }
}
for (const complaint of complaints) console.error(complaint)
process.exitCode = complaints.length === 0 ? 0 : 1

async function load<Module>(file: string): Promise<Module> {
  return (await import(join(ROOT, file))) as Module
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2)
}

/** One line end at the end, whatever the maker gave; a checkout with CRLF is not a difference. */
function normalize(text: string): string {
  return `${text.replaceAll('\r\n', '\n').trimEnd()}\n`
}

function read(file: string): string | null {
  try {
    return normalize(readFileSync(join(ROOT, file), 'utf8'))
  } catch {
    return null
  }
}
