import type { Command } from 'commander'
import type { Key } from '@keywright/sdk/client/contract.ts'
import { CAPABILITIES, ORGANIZATION_ROLES, type Capability, type OrganizationRole } from '@keywright/core/permissions.ts'
import { UsageError, type Session } from '../io.ts'
import { facts } from '../table.ts'
import { instant, oneOf } from '../values.ts'
import { goOn, group, listed, more, pageOptions, repeatable, runs, type PageOptions } from './command.ts'
import { addressesOf, addressOptions, type AddressOptions } from './key-options.ts'
import { CREDENTIAL_COLUMNS, printIssued } from './key-output.ts'

interface IssueOptions extends AddressOptions {
  name: string
  expiresAt?: string
}

interface OrganizationOption {
  organization?: string
}

const ORGANIZATION = ['--organization <org>', "of this organization instead of the operators'"] as const

function issueOptions(command: Command): Command {
  return addressOptions(
    command.requiredOption('--name <name>', 'who or what will hold it').option('--expires-at <instant>', 'RFC 3339; default: never', instant),
  )
}

function issueBody(options: IssueOptions) {
  return { name: options.name, expiresAt: options.expiresAt, addresses: addressesOf(options) }
}

function removed(key: Key): string {
  return `Key ${key.id} is ${key.status}.`
}

export function addVerifierKeyCommands(session: Session, program: Command): void {
  const keys = group(program, 'verifier-keys', 'credentials of whatever verifies: APIs, gateways, proxies')

  runs<PageOptions>(session, pageOptions(keys.command('list').description('list verifier keys')), async (context, _none, options) => {
    const client = await context.client()
    const page = await listed(client.verifierKeys.list, {}, options)
    context.print(page, ({ items }) => context.table(CREDENTIAL_COLUMNS, items, 'No verifier keys.'))
    more(context, page)
  })

  const issue = repeatable(
    keys.command('issue').description('issue a verifier key; its secret is printed once'),
    '--api <slug>',
    'an API it may verify for',
  ).option('--all-apis', 'it may verify for every API')
  runs<IssueOptions & { api?: string[]; allApis?: boolean }>(session, issueOptions(issue), async (context, _none, options) => {
    if ((options.api === undefined) === !options.allApis) throw new UsageError('Say --api, once or more often, or --all-apis.')
    const body = { ...issueBody(options), apis: options.api ?? ('all' as const) }
    const client = await context.client()
    printIssued(context, await client.verifierKeys.issue(body))
  })

  const remove = keys.command('remove <key>').description('remove a verifier key for ever').option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, remove, async (context, [key], options) => {
    const client = await context.client()
    await goOn(context, `Remove verifier key ${key} for ever?`, options.yes, 'goes on')
    context.print(await client.verifierKeys.remove({ key }), removed)
  })
}

interface ManagementIssueOptions extends IssueOptions, OrganizationOption {
  role?: OrganizationRole
  capability?: Capability[]
}

export function addManagementKeyCommands(session: Session, program: Command): void {
  const keys = group(program, 'management-keys', 'credentials of who manages: this program, your backend')

  const list = pageOptions(
    keys
      .command('list')
      .description('list management keys')
      .option(...ORGANIZATION),
  )
  runs<PageOptions & OrganizationOption>(session, list, async (context, _none, options) => {
    const client = await context.client()
    const { organization: org } = options
    const page =
      org === undefined ? await listed(client.managementKeys.list, {}, options) : await listed(client.organizationManagementKeys.list, { org }, options)
    context.print(page, ({ items }) => context.table(CREDENTIAL_COLUMNS, items, 'No management keys.'))
    more(context, page)
  })

  const capability = oneOf(...CAPABILITIES)
  const issue = keys
    .command('issue')
    .description('issue a management key; its secret is printed once')
    .option(...ORGANIZATION)
  issue.option('--role <role>', `with --organization: ${ORGANIZATION_ROLES.join(', ')}`, oneOf(...ORGANIZATION_ROLES))
  issue.option('--capability <capability>', `${CAPABILITIES.join(' or ')} (repeatable)`, (value: string, before: Capability[] | undefined) => [
    ...(before ?? []),
    capability(value),
  ])
  runs<ManagementIssueOptions>(session, issueOptions(issue), async (context, _none, options) => {
    const { organization: org, role } = options
    const body = { ...issueBody(options), capabilities: options.capability }
    if (org === undefined) {
      if (role !== undefined) throw new UsageError("--role needs --organization: an operator's key is an operator's.")
      const client = await context.client()
      return printIssued(context, await client.managementKeys.issue(body))
    }
    if (role === undefined) throw new UsageError(`With --organization, say --role: ${ORGANIZATION_ROLES.join(', ')}.`)
    const client = await context.client()
    printIssued(context, await client.organizationManagementKeys.issue({ org, role, ...body }))
  })

  const remove = keys
    .command('remove <key>')
    .description('remove a management key for ever')
    .option(...ORGANIZATION)
    .option('--yes', 'do not ask')
  runs<OrganizationOption & { yes?: boolean }>(session, remove, async (context, [key], options) => {
    const client = await context.client()
    await goOn(context, `Remove management key ${key} for ever?`, options.yes, 'goes on')
    const { organization: org } = options
    context.print(org === undefined ? await client.managementKeys.remove({ key }) : await client.organizationManagementKeys.remove({ org, key }), removed)
  })
}

export function addWhoamiCommand(session: Session, program: Command): void {
  runs(session, program.command('whoami').description('whose key this program uses, and what it may do'), async (context) => {
    const client = await context.client()
    context.print(await client.me.get(), (me) =>
      facts([
        ['Id', me.id],
        ['Name', me.name],
        ['Kind', me.kind],
        ['Organization', me.organization?.slug ?? 'none: an operator of the installation'],
        ['Role', me.role],
        ['Capabilities', me.capabilities.join(', ') || 'none'],
        ['May', me.actions.join(', ') || 'nothing'],
      ]),
    )
  })
}
