import type { Command } from 'commander'
import type { Answer } from '@keywright/sdk/client/contract.ts'
import type { Session } from '../io.ts'
import type { Column } from '../table.ts'
import { goOn, group, listed, more, pageOptions, runs, type PageOptions } from './command.ts'

type SessionToken = Answer<'sessions.list'>['items'][number]
type SigningKey = Answer<'signing-keys.list'>['items'][number]

const SESSION_COLUMNS: readonly Column<SessionToken>[] = [
  { header: 'ID', value: (token) => token.id, keep: true },
  { header: 'STATUS', value: (token) => token.status, color: (token) => (token.status === 'live' ? 'green' : 'yellow') },
  { header: 'ISSUED', value: (token) => token.issuedAt },
  { header: 'EXPIRES', value: (token) => token.expiresAt },
  { header: 'VERSION', value: (token) => String(token.secretVersion) },
  { header: 'API', value: (token) => token.audience ?? 'any' },
  { header: 'ADDRESS', value: (token) => token.address ?? '' },
  { header: 'CLIENT', value: (token) => token.client ?? '' },
]

const SIGNING_KEY_COLUMNS: readonly Column<SigningKey>[] = [
  { header: 'KID', value: (key) => key.kid, keep: true },
  { header: 'SIGNS', value: (key) => (key.current ? 'yes' : 'no'), color: (key) => (key.current ? 'green' : 'yellow') },
  { header: 'CREATED', value: (key) => key.createdAt },
  { header: 'RETIRED', value: (key) => key.retiredAt ?? '' },
  { header: 'ACCEPTED UNTIL', value: (key) => key.acceptedUntil ?? '' },
]

export function addSessionCommands(session: Session, program: Command): void {
  const sessions = group(program, 'sessions', 'session tokens minted with a key')

  const list = pageOptions(sessions.command('list <org> <key>').description('list session tokens, newest first'))
  runs<PageOptions>(session, list, async (context, [org, key], options) => {
    const client = await context.client()
    const page = await listed(client.sessions.list, { org, key }, options)
    context.print(page, ({ items }) => context.table(SESSION_COLUMNS, items, 'No sessions.'))
    more(context, page)
  })

  const end = sessions.command('end <org> <key> <session>').description('end one session alone; the others go on').option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, end, async (context, [org, key, id], options) => {
    const client = await context.client()
    await goOn(context, `End session ${id}?`, options.yes, 'goes on')
    context.print(await client.sessions.end({ org, key, session: id }), (token) => `Session ${token.id} is ${token.status}.`)
  })
}

export function addSigningKeyCommands(session: Session, program: Command): void {
  const keys = group(program, 'signing-keys', 'what signs session tokens')

  runs(session, keys.command('list').description('list signing keys, newest first'), async (context) => {
    const client = await context.client()
    context.print(await client.signingKeys.list(), ({ items }) =>
      context.table(SIGNING_KEY_COLUMNS, items, 'None yet: one is made with the first session token.'),
    )
  })

  const rotate = keys
    .command('rotate')
    .description('sign with a new key from now on; tokens of the old one live until they expire')
    .option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, rotate, async (context, _none, options) => {
    const client = await context.client()
    await goOn(context, 'Sign with a new key from now on?', options.yes, 'goes on')
    context.print(await client.signingKeys.rotate(), (key) => `${key.kid} signs from now on.`)
  })
}
