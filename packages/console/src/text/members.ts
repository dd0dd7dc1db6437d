import type { Action } from '@keywright/core/permissions.ts'

export const membersText = {
  title: 'Members',
  description: (organization: string) => `People who work with the keys of ${organization}. A change of role holds from their next click.`,
  invite: 'Invite',
  tabs: { label: 'Members and invitations', members: 'Members', invitations: 'Invitations' },
  list: 'Members of the organization',
  columns: { person: 'Person', role: 'Role', secondFactor: 'Second factor', lastSeen: 'Last seen', joined: 'Joined', commands: 'Commands' },
  you: 'you',
  secondFactorOn: 'Set up',
  secondFactorOff: 'Not set up',
  neverSeen: 'Never',
  commandsOf: (name: string) => `Commands for ${name}`,
  changeRole: 'Change role',
  remove: 'Remove from the organization',
  leave: 'Leave the organization',
  empty: 'Nobody is a member yet',
  emptyHint: 'Invite somebody by e-mail. Whoever accepts with that address becomes a member with the role you choose.',

  mayNot: {
    beyondYou: (role: string) => `The role ${role.toLowerCase()} has rights that yours does not have, so somebody with more rights must do that.`,
    owners: 'Only owners, and operators of this installation, change owners.',
    operators: 'Only operators of this installation do that.',
  },

  role: {
    title: (name: string) => `Role of ${name}`,
    label: 'Role',
    save: 'Change role',
    holds: 'It holds from the next click, in every window that is open. Management keys this person issued never do more than the new role.',
    yourself: 'That is you. You may lose the right to change it back.',
    changed: (name: string, role: string) => `${name} is ${article(role)} ${role.toLowerCase()} now.`,
    current: 'now',
  },

  removal: {
    title: (name: string, organization: string) => `Remove ${name} from ${organization}?`,
    confirm: 'Remove',
    impact: 'Access ends at once: every open window of this person is refused at its next click.',
    keys: 'Keys this person made belong to the organization and go on working. You see the list right after, to decide about each.',
    done: (name: string) => `${name} was removed.`,
    reviewTitle: (name: string) => `Keys that ${name} made`,
    review: (count: number) =>
      count === 1
        ? 'One key goes on working. Look whether it is still needed, and who knows its secret.'
        : `${count} keys go on working. Look which are still needed, and who knows their secrets.`,
    noKeys: 'No key that this person made still works, so there is nothing to look at.',
    close: 'Done',
  },

  lostSecondFactor: {
    command: 'Remove the second factor',
    none: 'This person has no second factor.',
    own: 'Your own is removed in your account.',
    title: (name: string) => `Remove the second factor of ${name}?`,
    why: 'For somebody who lost the authenticator and has no backup code. Be sure that it is that person who asks: call, or look them in the face; a mail proves little.',
    impact: 'From then on the password alone signs this person in, until an authenticator is set up anew. Every session of theirs ends at once.',
    confirm: 'Remove the second factor',
    done: (name: string) => `${name} signs in without a second factor now`,
    told: 'A mail says so, and who did it.',
    tell: 'No mail server is set up: tell them yourself.',
  },

  leaving: {
    title: (organization: string) => `Leave ${organization}?`,
    confirm: 'Leave',
    impact: 'You lose access at once. Only a new invitation brings you back.',
    keys: 'Keys you made belong to the organization and go on working.',
    done: (organization: string) => `You left ${organization}.`,
  },

  invitations: {
    list: 'Invitations',
    columns: { email: 'E-mail', role: 'Role', state: 'State', invitedBy: 'Invited by', expires: 'Expires', commands: 'Commands' },
    filter: 'Which invitations',
    open: 'Pending',
    all: 'All',
    emptyHint: 'Whoever you invite gets a link that works for some days. Pending invitations stand here until they are accepted or expire.',
    empty: { pending: 'No invitation is pending', expired: 'No invitation has expired', all: 'Nobody was invited yet' },
    commandsOf: (email: string) => `Commands for the invitation of ${email}`,
    resend: 'Send a new link',
    resent: (email: string) => `A new link goes to ${email}. The one before no longer works.`,
    keptNow: 'The link was made, but no mail server is set up: an operator of this installation finds it in the outbox and can hand it over.',
    withdraw: 'Withdraw',
    withdrawTitle: (email: string) => `Withdraw the invitation of ${email}?`,
    withdrawImpact: 'The link that was sent no longer works. You can invite the same address again at any time.',
    withdrawn: (email: string) => `The invitation of ${email} was withdrawn.`,
    isOver: 'It is over; invite the address again.',
    delivery: {
      queued: 'Being sent',
      sent: (when: string) => `Sent ${when}`,
      kept: 'Not sent: no mail server is set up',
      failed: 'The mail could not be delivered',
    },
    toOutbox: 'Read it in the outbox',
  },

  inviting: {
    title: 'Invite somebody',
    description: (organization: string) => `They become a member of ${organization} once they accept with this very address.`,
    email: 'E-mail',
    role: 'Role',
    send: 'Send invitation',
    sent: (email: string) => `An invitation goes to ${email}.`,
    emailWrong: 'Must be an e-mail address, such as "ops@example.com".',
    chooseRole: 'Choose a role.',
  },

  /** What an action of core's table lets one do, after "may". */
  actions: {
    'organization:read': 'see the organization',
    'organization:update': 'change its name and contacts',
    'organization:administer': 'suspend and remove it',
    'keys:read': 'see keys',
    'keys:manage': 'issue, change and end keys',
    'keys:reveal': 'look at secrets that can be shown again',
    'address-lists:manage': 'set address lists',
    'credentials:read': 'see management keys',
    'credentials:manage': 'issue management keys',
    'members:read': 'see members',
    'members:manage': 'invite and remove members',
    'audit:read': 'read the audit log',
    'configuration:read': 'read the configuration',
    'configuration:manage': 'change the configuration',
  } satisfies Record<Action, string>,
  sees: 'Sees the organization, its keys and its members.',
  may: (phrases: readonly string[]) => `May ${listed(phrases)}.`,
  mayBeyond: 'Sees everything, changes nothing.',
  grants: (roles: readonly string[]) => `Gives and takes the ${roles.length === 1 ? 'role' : 'roles'} ${listed(roles)}.`,
} as const

function listed(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`
}

function article(word: string): string {
  return /^[aeiou]/i.test(word) ? 'an' : 'a'
}
