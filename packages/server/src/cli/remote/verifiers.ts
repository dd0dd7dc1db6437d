import type { Command } from 'commander'
import type { Answer } from '@keywright/sdk/client/contract.ts'
import type { Session } from '../io.ts'
import type { Column } from '../table.ts'
import { goOn, group, runs } from './command.ts'

type Verifier = Answer<'verifiers.list'>['items'][number]

const COLUMNS: readonly Column<Verifier>[] = [
  { header: 'ID', value: (verifier) => verifier.id, keep: true },
  { header: 'NAME', value: (verifier) => verifier.name },
  { header: 'WHERE', value: (verifier) => (verifier.host === '' ? '' : `${verifier.host}:${verifier.pid}`) },
  { header: 'APIS', value: (verifier) => verifier.apis.join(', ') },
  { header: 'STATUS', value: (verifier) => verifier.status, color: (verifier) => (verifier.status === 'live' ? 'green' : 'yellow') },
  { header: 'LAG', value: (verifier) => (verifier.lag === null ? '' : String(verifier.lag)) },
  { header: 'KEYS', value: (verifier) => (verifier.keys === null ? '' : String(verifier.keys)) },
  { header: 'PER SECOND', value: (verifier) => (verifier.decisionsPerSecond === null ? '' : String(Math.round(verifier.decisionsPerSecond))) },
  { header: 'MAY ACCEPT UNTIL', value: (verifier) => verifier.mayAcceptUntil ?? 'without end' },
  { header: 'SDK', value: (verifier) => verifier.sdk },
]

/** `keywright verifiers` lists; who runs no more is forgotten by name. */
export function addVerifierCommands(session: Session, program: Command): void {
  const verifiers = group(program, 'verifiers', 'processes elsewhere that decide by a replica of their own')

  const list = verifiers.command('list', { isDefault: true }).description('list verifiers: where each runs, how far it is, until when it may decide')
  runs(session, list, async (context) => {
    const client = await context.client()
    context.print(await client.verifiers.list(), ({ items }) => context.table(COLUMNS, items, 'No verifiers elsewhere.'))
  })

  const forget = verifiers.command('forget <verifier>').description('say that a verifier that is not connected runs no more').option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, forget, async (context, [verifier], options) => {
    const client = await context.client()
    await goOn(context, `Forget verifier ${verifier}? If its process still runs, it may go on deciding by what it knows.`, options.yes, 'goes on')
    await client.verifiers.forget({ verifier })
    context.print({ verifier }, () => `Verifier ${verifier} is forgotten.`)
  })
}
