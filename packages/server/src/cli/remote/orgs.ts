import type { Command } from 'commander'
import type { Organization } from '@keywright/sdk/client/contract.ts'
import { UsageError, type Session } from '../io.ts'
import { facts, type Column } from '../table.ts'
import { oneOf } from '../values.ts'
import { callOptions, confirmOption, noteConfirmation, repeatOption, type ConfirmOptions, type RepeatOptions } from './call-options.ts'
import { goOn, group, listed, more, pageOptions, repeatable, runs, type PageOptions } from './command.ts'

const STATUS_COLORS = { active: 'green', suspended: 'yellow', removed: 'red' } as const

const COLUMNS: readonly Column<Organization>[] = [
  { header: 'SLUG', value: (row) => row.slug, keep: true },
  { header: 'NAME', value: (row) => row.name },
  { header: 'STATUS', value: (row) => row.status, color: (row) => STATUS_COLORS[row.status] },
  { header: 'ALIASES', value: (row) => row.aliases.join(', ') },
  { header: 'ENVIRONMENTS', value: (row) => row.environments.join(', ') },
  { header: 'ID', value: (row) => row.id, keep: true },
]

function shown(organization: Organization): string {
  return facts([
    ['Id', organization.id],
    ['Slug', organization.slug],
    ['Name', organization.name],
    ['Status', organization.status],
    ['Aliases', organization.aliases.join(', ') || 'none'],
    ['Entitlements', organization.entitlements.join(', ') || 'none'],
    ['Environments', organization.environments.join(', ')],
    ['Contacts', organization.contacts.join(', ') || 'none'],
    ['Created', organization.createdAt],
    ['Updated', organization.updatedAt],
  ])
}

interface CreateOptions {
  name?: string
  alias?: string[]
  entitlement?: string[]
  environment?: string[]
  contact?: string[]
}

interface UpdateOptions {
  name?: string
  slug?: string
  status?: 'active' | 'suspended'
  addAlias?: string[]
  removeAlias?: string[]
  addEntitlement?: string[]
  removeEntitlement?: string[]
  addEnvironment?: string[]
  removeEnvironment?: string[]
  addContact?: string[]
  removeContact?: string[]
}

export function addOrganizationCommands(session: Session, program: Command): void {
  const orgs = group(program, 'orgs', 'organizations: the tenants that hold keys')

  const list = pageOptions(orgs.command('list').description('list organizations').option('--q <text>', 'part of name, slug or alias'))
  list.option('--status <status>', 'active, suspended or removed', oneOf('active', 'suspended', 'removed'))
  runs<PageOptions & { q?: string; status?: Organization['status'] }>(session, list, async (context, _none, options) => {
    const client = await context.client()
    const page = await listed(client.organizations.list, { q: options.q, status: options.status }, options)
    context.print(page, ({ items }) => context.table(COLUMNS, items, 'No organizations.'))
    more(context, page)
  })

  runs(session, orgs.command('show <org>').description('show an organization (id or slug)'), async (context, [org]) => {
    const client = await context.client()
    context.print(await client.organizations.get({ org }), shown)
  })

  const create = orgs.command('create <slug>').description('create an organization').option('--name <name>', 'default: the slug')
  repeatable(create, '--alias <alias>', 'another name: partner name, vendor id')
  repeatable(create, '--entitlement <slug>', "what the organization's package includes")
  repeatable(create, '--environment <slug>', "default: the installation's environments")
  repeatable(create, '--contact <email>', 'who is written to before keys end')
  runs<CreateOptions & RepeatOptions>(session, repeatOption(create), async (context, [slug], options) => {
    const client = await context.client()
    const created = await client.organizations.create(
      {
        slug,
        name: options.name,
        aliases: options.alias,
        entitlements: options.entitlement,
        environments: options.environment,
        contacts: options.contact,
      },
      callOptions(options),
    )
    context.print(created, shown)
  })

  const update = orgs.command('update <org>').description('change an organization')
  update
    .option('--name <name>')
    .option('--slug <slug>')
    .option('--status <status>', 'active or suspended: a suspended organization has all its keys refused', oneOf('active', 'suspended'))
  for (const noun of ['alias', 'entitlement', 'environment', 'contact']) {
    repeatable(update, `--add-${noun} <${noun}>`, `add one ${noun}`)
    repeatable(update, `--remove-${noun} <${noun}>`, `take one ${noun} away`)
  }
  runs<UpdateOptions>(session, update, async (context, [org], options) => {
    const { addAlias, removeAlias, addEntitlement, removeEntitlement, addEnvironment, removeEnvironment, addContact, removeContact } = options
    const edits = [addAlias, removeAlias, addEntitlement, removeEntitlement, addEnvironment, removeEnvironment, addContact, removeContact]
    if ([options.name, options.slug, options.status, ...edits].every((each) => each === undefined)) throw new UsageError('Name at least one thing to change.')
    const client = await context.client()
    const before = edits.some((each) => each !== undefined) ? await client.organizations.get({ org }) : null
    const updated = await client.organizations.update({
      org,
      name: options.name,
      slug: options.slug,
      status: options.status,
      aliases: edited(before?.aliases, addAlias, removeAlias, 'alias'),
      entitlements: edited(before?.entitlements, addEntitlement, removeEntitlement, 'entitlement'),
      environments: edited(before?.environments, addEnvironment, removeEnvironment, 'environment'),
      contacts: edited(before?.contacts, addContact, removeContact, 'contact'),
    })
    context.print(updated, shown)
  })

  const suspend = orgs
    .command('suspend <org>')
    .description('refuse every key of an organization until it is restored')
    .option('--reason <text>', 'kept in the audit trail')
  runs<{ reason?: string; yes?: boolean } & ConfirmOptions>(session, confirmOption(suspend.option('--yes', 'do not ask')), async (context, [org], options) => {
    const client = await context.client()
    await goOn(context, `Refuse every key of ${org} from now on?`, options.yes, 'needs --yes')
    const answer = await client.organizations.suspend({ org, reason: options.reason }, callOptions(options))
    context.print(answer, standing)
    noteConfirmation(context, answer)
  })

  const restore = orgs.command('restore <org>').description('end a suspension').option('--reason <text>', 'kept in the audit trail')
  runs<{ reason?: string }>(session, restore, async (context, [org], options) => {
    const client = await context.client()
    context.print(await client.organizations.restore({ org, reason: options.reason }), standing)
  })

  const remove = orgs.command('remove <org>').description('remove an organization and every key of it, for ever').option('--yes', 'do not ask')
  runs<{ yes?: boolean }>(session, remove, async (context, [org], options) => {
    const client = await context.client()
    await goOn(context, `Remove organization ${org} and every key of it, for ever?`, options.yes, 'needs --yes')
    await client.organizations.remove({ org })
    // The API answers 204: for programs the exit code says it.
    if (!context.json) context.note(`Removed ${org} and its keys.`)
  })
}

function standing({ slug, status, affected }: Organization & { affected: { keys: number; managementKeys: number } }): string {
  return `Organization ${slug} is ${status}: ${affected.keys} keys and ${affected.managementKeys} management keys.`
}

/** The API takes whole lists; undefined leaves one as it is. Taking away what is not there is most likely a slip. */
export function edited(before: readonly string[] | undefined, add: readonly string[] = [], remove: readonly string[] = [], noun: string): string[] | undefined {
  if (before === undefined || (add.length === 0 && remove.length === 0)) return undefined
  const absent = remove.find((each) => !before.includes(each))
  if (absent !== undefined) throw new UsageError(`The organization has no ${noun} "${absent}"; it has ${before.join(', ') || 'none'}.`)
  return [...new Set([...before, ...add])].filter((each) => !remove.includes(each))
}
