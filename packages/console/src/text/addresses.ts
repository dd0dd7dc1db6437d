export const addressesText = {
  title: 'Address lists',
  description: 'Where calls may come from, for every key of a type at once. A key may have a list of its own besides; then both must let the address in.',
  empty: 'No key type here looks at addresses',
  emptyHint: 'Address lists appear once the operator of this installation offers your organization a key type that has them.',
  edit: 'Edit',
  save: 'Save list',
  discard: 'Discard',
  saved: (type: string) => `The addresses of ${type} hold from the next call.`,
  holdsFor: (keys: number) => (keys === 1 ? 'holds for 1 key' : `holds for ${keys.toLocaleString('en')} keys`),
  neverSet: 'as set up by your operator',
  changed: 'changed',
  anySummary: 'Any address',
  countSummary: (count: number) => (count === 1 ? '1 address' : `${count.toLocaleString('en')} addresses`),
  changes: (added: number, removed: number) =>
    [added > 0 ? `${added} added` : null, removed > 0 ? `${removed} removed: calls from there are refused from the next call on` : null]
      .filter(Boolean)
      .join(', '),
  toAny: 'Calls from everywhere are let in by this list from the next call on.',
  fromAny: 'Calls from everywhere else are refused from the next call on.',

  mode: 'Where calls may come from',
  only: 'Only these addresses',
  onlyHint: 'Calls from elsewhere are refused.',
  any: 'Any address',
  anyHint: 'Whoever has a secret can use it from everywhere.',

  list: 'Addresses that are let in',
  address: 'Address or network',
  label: 'Label',
  labelOf: (cidr: string) => `Label of ${cidr}`,
  labelPlaceholder: 'What it is, e.g. office',
  remove: (cidr: string) => `Remove ${cidr}`,
  nothingYet: 'No address yet. Add at least one, or choose any address.',
  needsOne: 'Add at least one address, or choose any address.',
  unfinished: 'Add what you typed, or empty the field.',

  add: 'Add',
  addLabel: 'Add an address or network',
  addHint: 'IPv4 or IPv6, alone or as a network such as 203.0.113.0/24.',
  addMine: (address: string) => `Add my address (${address})`,
  present: (cidr: string) => `${cidr} is in the list already.`,
  take: (cidr: string) => `Use ${cidr}`,

  paste: 'Paste a list',
  pasteLabel: 'Addresses, one a line',
  pasteHint: 'Also separated by commas or blanks. What follows # on a line becomes the label.',
  pasteAdd: 'Add to the list',
  pasted: (added: number, duplicates: number) =>
    `${added === 1 ? '1 address was' : `${added} addresses were`} added${duplicates === 0 ? '' : `; ${duplicates} ${duplicates === 1 ? 'was' : 'were'} there already`}.`,
  pasteProblems: (count: number) =>
    count === 1 ? 'One entry could not be read and stays in the field:' : `${count} entries could not be read and stay in the field:`,
  line: (line: number) => `Line ${line}`,
  correctAll: 'Use the corrected networks',
  pasteClose: 'Close',

  test: 'Test an address',
  testPlaceholder: 'e.g. 203.0.113.7',
  tested: {
    refusedAlso: (address: string) => `${address} is let in by this list, but refused by the list of the organization.`,
    any: (address: string) => `${address} is let in: any address is.`,
    allowed: (address: string, by: string) => `${address} is let in by ${by}.`,
    refused: (address: string) => `${address} is refused.`,
  },

  lastTitle: 'Remove the last address?',
  last: 'A list without addresses would refuse every call, so there is none. Either keep this address until another is in the list, or let in any address.',
  lastConfirm: 'Let in any address',
} as const
