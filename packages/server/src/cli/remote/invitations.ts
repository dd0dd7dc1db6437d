import type { Command } from 'commander'
import type { Invitation } from '@keywright/sdk/client/contract.ts'
import { INVITATION_STATUSES } from '@keywright/core/contract/members.ts'
import { ORGANIZATION_ROLES, type OrganizationRole } from '@keywright/core/permissions.ts'
import { UsageError, type Session } from '../io.ts'
import type { Column } from '../table.ts'
import { oneOf } from '../values.ts'
import { group, listed, more, pageOptions, runs, type PageOptions } from './command.ts'

type Status = (typeof INVITATION_STATUSES)[number]

const STATUS_COLORS = { pending: 'yellow', accepted: 'green', declined: 'red', withdrawn: 'red', expired: 'red' } as const

const COLUMNS: readonly Column<Invitation>[] = [
  { header: 'ID', value: (row) => row.id, keep: true },
  { header: 'E-MAIL', value: (row) => row.email },
  { header: 'ROLE', value: (row) => row.role },
  { header: 'STATUS', value: (row) => row.status, color: (row) => STATUS_COLORS[row.status] },
  { header: 'MAIL', value: (row) => row.delivery },
  { header: 'EXPIRES', value: (row) => row.expiresAt },
]

interface Place {
  organization?: string
}

const ORGANIZATION = ['--organization <org>', 'of this organization; without it, to be an operator'] as const

function sent(invitation: Invitation): string {
  const kept = invitation.delivery === 'kept' ? ' No mail server is set up: read the link with "keywright outbox list" and "keywright outbox show".' : ''
  return `Invitation ${invitation.id} of ${invitation.email} as ${invitation.role} can be accepted until ${invitation.expiresAt}.${kept}`
}

export function addInvitationCommands(session: Session, program: Command): void {
  const invitations = group(program, 'invitations', 'invitations to organizations, and to be an operator')

  const list = pageOptions(
    invitations
      .command('list')
      .description('list invitations, newest first')
      .option(...ORGANIZATION),
  )
  list.option('--status <status>', INVITATION_STATUSES.join(', '), oneOf(...INVITATION_STATUSES))
  runs<PageOptions & Place & { status?: Status }>(session, list, async (context, _none, options) => {
    const client = await context.client()
    const { organization: org, status } = options
    const page =
      org === undefined ? await listed(client.operatorInvitations.list, { status }, options) : await listed(client.invitations.list, { org, status }, options)
    context.print(page, ({ items }) => context.table(COLUMNS, items, 'No invitations.'))
    more(context, page)
  })

  const create = invitations
    .command('create <email>')
    .description('invite somebody by e-mail; one that waits for the address is renewed')
    .option(...ORGANIZATION)
  create.option('--role <role>', `with --organization: ${ORGANIZATION_ROLES.join(', ')}`, oneOf(...ORGANIZATION_ROLES))
  runs<Place & { role?: OrganizationRole }>(session, create, async (context, [email], { organization: org, role }) => {
    if (org === undefined && role !== undefined) throw new UsageError('--role needs --organization: an operator is an operator.')
    if (org === undefined) {
      const client = await context.client()
      return context.print(await client.operatorInvitations.create({ email }), sent)
    }
    if (role === undefined) throw new UsageError(`With --organization, say --role: ${ORGANIZATION_ROLES.join(', ')}.`)
    const client = await context.client()
    context.print(await client.invitations.create({ org, email, role }), sent)
  })

  const resend = invitations
    .command('resend <invitation>')
    .description('send a new link; the one before is void')
    .option(...ORGANIZATION)
  runs<Place>(session, resend, async (context, [invitation], { organization: org }) => {
    const client = await context.client()
    context.print(org === undefined ? await client.operatorInvitations.resend({ invitation }) : await client.invitations.resend({ org, invitation }), sent)
  })

  const withdraw = invitations
    .command('withdraw <invitation>')
    .description('withdraw an invitation; its link is refused from then on')
    .option(...ORGANIZATION)
  runs<Place>(session, withdraw, async (context, [invitation], { organization: org }) => {
    const client = await context.client()
    const answer = org === undefined ? await client.operatorInvitations.withdraw({ invitation }) : await client.invitations.withdraw({ org, invitation })
    context.print(answer, ({ id, email }) => `Invitation ${id} of ${email} is withdrawn.`)
  })
}
