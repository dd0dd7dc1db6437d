import type { Command } from 'commander'
import type { Answer } from '@keywright/sdk/client/contract.ts'
import { UsageError, type Session } from '../io.ts'
import { facts } from '../table.ts'
import { group, runs } from './command.ts'
import { addressesOf, addressOptions, type AddressOptions } from './key-options.ts'

function shown(list: Answer<'address-lists.get'>): string {
  const entries =
    list.addresses === 'any' ? ['any address'] : list.addresses.map((entry) => (entry.label === null ? entry.cidr : `${entry.cidr}  ${entry.label}`))
  return facts([
    ['Type', list.type],
    ['Updated', list.updatedAt ?? 'never'],
    ...entries.map((entry, index) => [index === 0 ? 'Addresses' : '', entry] as const),
  ])
}

export function addAddressListCommands(session: Session, program: Command): void {
  const lists = group(program, 'address-lists', "from where an organization's keys of a type may be used")

  runs(session, lists.command('show <org> <type>').description("show the organization's list for a type"), async (context, [org, type]) => {
    const client = await context.client()
    context.print(await client.addressLists.get({ org, type }), shown)
  })

  const set = addressOptions(lists.command('set <org> <type>').description('set the list: the addresses given here replace it'))
  runs<AddressOptions>(session, set, async (context, [org, type], options) => {
    const addresses = addressesOf(options)
    if (addresses === undefined) throw new UsageError('Say --address, once or more often, or --any-address.')
    const client = await context.client()
    context.print(await client.addressLists.put({ org, type, addresses }), shown)
  })
}
