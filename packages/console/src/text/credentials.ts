import type { Capability } from '@keywright/core/permissions.ts'

/** Keywright's own keys: of verifiers, and of programs that manage. */
export const credentialsText = {
  kinds: {
    verifier: { one: 'verifier key', list: 'Verifier keys', issue: 'Issue verifier key', empty: 'No verifier key yet', variable: 'KEYWRIGHT_VERIFIER_KEY' },
    management: { one: 'management key', list: 'Management keys', issue: 'Issue management key', empty: 'No management key yet', variable: 'KEYWRIGHT_KEY' },
    organization: { one: 'management key', list: 'Management keys', issue: 'Issue management key', empty: 'No management key yet', variable: 'KEYWRIGHT_KEY' },
  },
  emptyHints: {
    verifier: 'An API, a proxy or the gateway needs one to ask whether a key may do something.',
    management: 'The command line and your own programs need one to manage this installation.',
    organization: 'Your own programs need one to issue and end keys through the API.',
  },
  columns: { name: 'Name', hint: 'Secret', role: 'Role', apis: 'APIs', capabilities: 'Beyond the role', lastSeen: 'Last seen', expires: 'Expires', createdBy: 'Issued by', commands: 'Commands' },
  allApis: 'All APIs',
  neverSeen: 'Never',
  neverExpires: 'Never',
  commandsOf: (name: string) => `Commands for ${name}`,
  remove: 'Remove',
  removed: 'It is removed already.',
  showRemoved: 'Show removed ones',

  issuing: {
    name: 'Name',
    nameHint: 'What uses it, e.g. “deployment pipeline”.',
    nameMissing: 'Must not be blank.',
    role: 'Role',
    roleMissing: 'Choose a role.',
    apis: 'APIs',
    apisHint: 'It answers for these and for no other.',
    apisAll: 'All APIs, those of later too',
    apisSome: 'Only these',
    apisMissing: 'Choose at least one API, or all.',
    noApis: 'No API is registered yet, so only “all” can be chosen.',
    capabilities: 'Beyond its role',
    capabilitiesHint: 'A role alone does not include these: whoever steals such a key could make more of them, or read secrets.',
    expires: 'Expires',
    expiresChoices: { never: 'Never', '30': 'In 30 days', '90': 'In 90 days', '365': 'In 365 days' } as Readonly<Record<string, string>>,
    expiresAt: (when: string) => `At ${when}.`,
    expiresNever: 'It works until it is removed.',
    addresses: 'Where it may be used from',
    addressesNeedOne: 'Add at least one address, or choose any address.',
    submit: 'Issue',
    done: (name: string) => `The secret of ${name}`,
    doneHint: 'It is shown once. Only its digest is stored, so nobody can show it again.',
  },
  capabilities: {
    'credentials:manage': { label: 'Issue and remove management keys', hint: 'None with more than it has itself.' },
    'keys:reveal': { label: 'Look at secrets', hint: 'Of key types whose secrets can be shown again. Each look is in the audit log.' },
  } satisfies Record<Capability, { label: string; hint: string }>,

  removal: {
    title: (name: string) => `Remove ${name}?`,
    impact: 'It is refused from its next call on, for ever.',
    lastSeen: 'It was last used',
    neverUsed: 'It was never used.',
    verifier: 'Whatever verifies with it gets no answer any more: its callers are refused, whatever key they present.',
    management: 'Programs that use it fail from now on.',
    confirm: 'Remove',
    done: (name: string, summary: string | undefined) => `${name} is removed${summary === undefined ? '.' : `; ${summary}.`}`,
  },
} as const
