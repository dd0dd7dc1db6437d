export const settingsText = {
  title: 'Settings',
  description: 'What the organization is called, who is written to, and the keys with which its own programs manage keys.',
  general: {
    title: 'General',
    name: 'Name',
    nameHint: 'As members see it. Blank spaces at its ends are dropped.',
    contacts: 'Contacts',
    contactsHint: 'Who is written to before keys expire or are retired, beside owners and administrators. One address a line, at most 20.',
    contactsWrong: (wrong: readonly string[]) =>
      wrong.length === 1 ? `“${wrong[0]}” is no e-mail address.` : `These are no e-mail addresses: ${wrong.join(', ')}.`,
    nameMissing: 'Must not be blank.',
    save: 'Save',
    saved: 'Saved.',
  },
  plan: {
    title: 'Set by your operator',
    description: 'What your organization has, and how APIs know it. Ask your operator to change it.',
    ask: (contact: string) => `Your operator is reached at ${contact}.`,
    slug: 'Slug',
    id: 'Id',
    aliases: 'Aliases',
    environments: 'Environments',
    entitlements: 'Entitlements',
    none: 'None',
  },
  managementKeys: {
    title: 'Management keys',
    description: 'With one, a program of yours does through the API what its role allows. It never does more than the person who issued it may at that moment.',
  },
} as const
