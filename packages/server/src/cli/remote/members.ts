import type { Command } from 'commander'
import type { Answer, Member } from '@keywright/sdk/client/contract.ts'
import { ORGANIZATION_ROLES, type OrganizationRole } from '@keywright/core/permissions.ts'
import type { Session } from '../io.ts'
import type { Column } from '../table.ts'
import { oneOf } from '../values.ts'
import { goOn, group, listed, more, pageOptions, type RemoteContext, runs, type PageOptions } from './command.ts'

const COLUMNS: readonly Column<Member>[] = [
  { header: 'ID', value: (row) => row.id, keep: true },
  { header: 'NAME', value: (row) => row.person.name },
  { header: 'E-MAIL', value: (row) => row.person.email },
  { header: 'ROLE', value: (row) => row.role },
  { header: 'SECOND FACTOR', value: (row) => (row.secondFactor ? 'yes' : 'no') },
  { header: 'LAST SEEN', value: (row) => row.lastSeenAt ?? 'never' },
]

/** What to do about keys that somebody made who is gone. */
function printRemoved(context: RemoteContext, answer: Answer<'members.remove'> | Answer<'operators.remove'>): void {
  context.print(answer, ({ member, keysForReview }) => {
    const done = `${member.person.email} has no access any more.`
    if (keysForReview.length === 0) return done
    const lines = keysForReview.map((key) => `  ${key.id}  ${key.type}  ${key.status}  ${key.hint}  ${key.name}`)
    return `${done}\nThese keys were made by that person and go on; look whether they should:\n${lines.join('\n')}`
  })
}

export function addMemberCommands(session: Session, program: Command): void {
  const members = group(program, 'members', 'people of an organization, and their roles')

  const list = pageOptions(members.command('list <org>').description('list the members of an organization'))
  runs<PageOptions>(session, list, async (context, [org], options) => {
    const client = await context.client()
    const page = await listed(client.members.list, { org }, options)
    context.print(page, ({ items }) => context.table(COLUMNS, items, 'No members.'))
    more(context, page)
  })

  const setRole = members.command('set-role <org> <member>').description("change a member's role; it holds at the next request")
  setRole.requiredOption('--role <role>', ORGANIZATION_ROLES.join(', '), oneOf(...ORGANIZATION_ROLES))
  runs<{ role: OrganizationRole }>(session, setRole, async (context, [org, member], { role }) => {
    const client = await context.client()
    context.print(await client.members.update({ org, member, role }), (changed) => `${changed.person.email} has the role ${changed.role}.`)
  })

  const remove = members.command('remove <org> <member>').description('remove a member; the access ends at once').option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, remove, async (context, [org, member], options) => {
    const client = await context.client()
    await goOn(context, `Remove the member ${member} of ${org}?`, options.yes, 'goes on')
    printRemoved(context, await client.members.remove({ org, member }))
  })
}

export function addOperatorCommands(session: Session, program: Command): void {
  const operators = group(program, 'operators', 'people who operate this Keywright')

  const list = pageOptions(operators.command('list').description('list operators'))
  runs<PageOptions>(session, list, async (context, _none, options) => {
    const client = await context.client()
    const page = await listed(client.operators.list, {}, options)
    context.print(page, ({ items }) => context.table(COLUMNS, items, 'No operators.'))
    more(context, page)
  })

  const remove = operators.command('remove <operator>').description('remove an operator; the access ends at once').option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, remove, async (context, [member], options) => {
    const client = await context.client()
    await goOn(context, `Remove the operator ${member}?`, options.yes, 'goes on')
    printRemoved(context, await client.operators.remove({ member }))
  })
}

export function addPeopleCommands(session: Session, program: Command): void {
  const people = group(program, 'people', 'whoever signs in, member of whatever organization')

  const remove = people
    .command('remove-second-factor <person>')
    .description('take away the second factor that somebody lost, by id or e-mail address; every session of that person ends')
    .option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, remove, async (context, [person], options) => {
    const client = await context.client()
    await goOn(context, `Take away the second factor of ${person}? Be sure that it is that person who asks.`, options.yes, 'needs --yes')
    context.print(await client.people.removeSecondFactor({ person }), ({ person: { email }, notice }) =>
      notice === 'queued'
        ? `${email} signs in without a second factor now, and is told so by mail.`
        : `${email} signs in without a second factor now. No mail server is set up, so tell that person yourself.`,
    )
  })
}
