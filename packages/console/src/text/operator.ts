/** What the operators' pages share. */
export const operatorText = {
  title: 'Operators',
  forbidden: 'Only operators of this installation see this page. Ask whoever invited you which of them can help.',
} as const

export const keywrightKeysText = {
  title: 'Keywright keys',
  description: 'Keys of Keywright itself: with verifier keys APIs ask about the keys of customers, with management keys programs manage this installation.',
  verifierHint: 'Each is bound to APIs. A verifier key cannot change anything.',
  managementHint: 'Each has the rights of an operator, and never more than the person who issued it has at that moment.',
} as const

export const lookUpText = {
  title: 'Look up a secret',
  description:
    'Found a secret in a log, a ticket or a repository? Paste it here to see whose it is. It is sent once, stored nowhere, and the field is emptied with the answer.',
  label: 'Secret',
  show: 'Show what I typed',
  hide: 'Hide what I typed',
  submit: 'Look up',
  missing: 'Paste a secret.',
  another: 'The field is empty again.',
  malformed: 'That is no secret of this installation: its form or its checksum is not right. Perhaps a part is missing.',
  unknown: 'It has the right form, but belongs to no key here.',
  live: 'It works: whoever has it can use it. Replace or deactivate the key if it was exposed.',
  over: 'It no longer works.',
  facts: {
    key: 'Key',
    organization: 'Organization',
    environment: 'Environment',
    type: 'Type',
    status: 'Status',
    version: 'Secret version',
    lastSeen: 'Key last seen',
  },
  never: 'Never',
  open: 'Open the key',
} as const

export const outboxText = {
  title: 'Outbox',
  description: 'Every message to organizations and people: what was sent, and what could not be.',
  status: 'Status',
  anyStatus: 'Every status',
  list: 'Messages, newest first',
  columns: { subject: 'Subject', to: 'To', organization: 'Organization', status: 'Status', created: 'Written', commands: 'Read' },
  kinds: {
    sunset: 'Sunset',
    expiry: 'Expiry',
    'sign-in-link': 'Sign-in link',
    'password-reset': 'New password',
    invitation: 'Invitation',
    'second-factor': 'Second factor removed',
  } as Readonly<Record<string, string>>,
  nobody: 'Nobody',
  installation: 'Installation',
  empty: 'No message yet',
  emptyHint: 'Messages appear when somebody is invited, asks for a link, or has keys that will end.',
  nothingFound: 'No message has that status',
  read: (subject: string) => `Read “${subject}”`,
  message: 'Message',
  text: 'Text',
  privateText: 'It carries a link that is its recipient’s alone, so its text is not shown.',
  attempts: 'Attempts',
  next: 'Next attempt',
  sent: 'Sent',
  error: 'Last error',
  resend: 'Send again',
  resent: 'It is queued again, to whom it would go now.',
} as const

export const operatorsText = {
  title: 'Operators',
  description: 'People who run this installation: they see every organization and change everything.',
  invite: 'Invite an operator',
  list: 'Operators',
  remove: 'Remove',
  commandsOf: (name: string) => `Commands for ${name}`,
  invitations: 'Invitations',
  invitingTitle: 'Invite an operator',
  invitingHint: 'An operator sees the keys of every organization and may change all of the configuration.',
  email: 'E-mail',
  emailWrong: 'Must be an e-mail address, such as "ops@example.com".',
  send: 'Send invitation',
  sent: (email: string) => `An invitation goes to ${email}.`,
  removeTitle: (name: string) => `Remove the operator ${name}?`,
  removeImpact: 'Access ends at once: every open window of this person is refused at its next click. Memberships in organizations stay.',
  removed: (name: string) => `${name} is no longer an operator.`,
} as const
