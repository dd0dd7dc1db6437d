import { readFileSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import type { ConfigurationDiff } from '@keywright/sdk/client/contract.ts'
import { reason } from '../connect.ts'
import { UsageError, visible, type Io, type Session } from '../io.ts'
import { readAll } from '../prompt.ts'
import { goOn, group, runs, type RemoteContext } from './command.ts'
import { addPreviewSunset } from './preview-sunset.ts'

export function addConfigCommands(session: Session, program: Command): void {
  const config = group(program, 'config', 'key types, APIs, entitlements and environments as a file')

  const apply = config.command('apply <file>').description('create and change what the file names (YAML or JSON; "-": standard input); nothing is deleted')
  apply.option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, apply, async (context, [file], options) => {
    const text = await readConfiguration(context, file)
    const client = await context.client()
    const foreseen = await client.configuration.diff(text)
    context.note(impact(foreseen))
    if (foreseen.changes.length > 0) await goOn(context, 'Apply?', options.yes, 'goes on')
    // Also when nothing would change: the answer for programs is that of apply, and the server has the last word.
    const applied = await client.configuration.apply(text)
    const asForeseen = JSON.stringify(applied.changes) === JSON.stringify(foreseen.changes)
    context.print(applied, (answer) =>
      asForeseen ? summary(answer) : `The configuration changed meanwhile. This is what was applied:\n${impact(answer)}\n${summary(answer)}`,
    )
  })

  addPreviewSunset(session, config)

  const diff = config.command('diff <file>').description('what applying the file would change, and whom it touches')
  runs(session, diff, async (context, [file]) => {
    const text = await readConfiguration(context, file)
    const client = await context.client()
    context.print(await client.configuration.diff(text), impact)
  })

  const exported = config.command('export [file]').description('the whole configuration as a file (YAML; with --json JSON)')
  exported.option('--force', 'overwrite the file')
  runs<{ force?: boolean }>(session, exported, async (context, [file], options) => {
    const client = await context.client()
    const configuration = await client.configuration.get()
    const text = context.json
      ? `${JSON.stringify(configuration, null, 2)}\n`
      : (await import('yaml')).stringify(configuration, { aliasDuplicateObjects: false, lineWidth: 0 })
    if (file === undefined || file === '-') context.io.stdout.write(text)
    else {
      writeConfiguration(file, text, options.force ?? false)
      context.note(`Written to ${file}.`)
    }
  })
}

async function readConfiguration(context: RemoteContext, file: string): Promise<string> {
  if (file === '-') return readPiped(context.io, context.connectOptions.keyStdin ?? false)
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`"${file}" cannot be read: ${reason(error)}.`)
  }
}

function readPiped(io: Io, keyStdin: boolean): Promise<string> {
  if (keyStdin) throw new UsageError('Standard input cannot hold both the key and the file.')
  return readAll(io.stdin)
}

function writeConfiguration(file: string, text: string, overwrite: boolean): void {
  try {
    writeFileSync(file, text, { flag: overwrite ? 'w' : 'wx' })
  } catch (error) {
    throw new UsageError(
      `"${file}" cannot be written: ${reason(error)}.${(error as NodeJS.ErrnoException).code === 'EEXIST' ? ' Say --force to overwrite it.' : ''}`,
    )
  }
}

const NOTHING = 'Nothing would change: all of it is so already.'

/** The impact for people. */
export function impact(diff: ConfigurationDiff): string {
  if (diff.changes.length === 0) return NOTHING
  return diff.changes
    .flatMap((change) => [
      `${change.kind === 'created' ? '+' : '~'} ${change.section} ${change.slug}: ${change.kind}${touches(change)}`,
      ...(change.kind === 'changed' ? change.fields.map((field) => `    ${field.path}: ${short(field.from)} -> ${short(field.to)}`) : []),
      ...change.effect.map((sentence) => `    ${sentence}`),
    ])
    .map(visible)
    .join('\n')
}

function touches(change: ConfigurationDiff['changes'][number]): string {
  if (change.keys === 0 && change.organizations === 0) return ''
  return `, touches ${count(change.keys, 'key')} of ${count(change.organizations, 'organization')}`
}

function summary(diff: ConfigurationDiff): string {
  const created = diff.changes.filter((change) => change.kind === 'created').length
  return diff.changes.length === 0 ? 'Nothing changed.' : `Applied: ${created} created, ${diff.changes.length - created} changed.`
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function short(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}
