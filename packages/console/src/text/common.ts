/**
 * All text of the console lies in this folder, a file for each area. Sentences with something in them are functions, so that the
 * type checker sees what is missing.
 */
export const text = {
  product: 'Keywright',
  loading: 'Loading',
  close: 'Close',
  menu: 'Menu',
  cancel: 'Cancel',
  save: 'Save',
  copy: 'Copy',
  copied: 'Copied',
  loadMore: 'Load more',
  retry: 'Try again',
  reload: 'Reload',
  search: 'Search',
  optional: 'optional',
  requiredMark: 'required',
  skipToContent: 'Skip to content',
  toStart: 'Go to the start',
  typeToConfirm: (what: string) => `Type ${what} to confirm`,
  typeFirst: (what: string | undefined) => `Type ${what ?? ''} first.`,
  unsaved: {
    title: 'Leave without saving?',
    why: 'What you changed here is not saved yet.',
    stay: 'Stay here',
    leave: 'Leave, the changes are lost',
  },
  none: 'None',
  never: 'Never',
  roles: {
    operator: 'Operator',
    owner: 'Owner',
    administrator: 'Administrator',
    supervisor: 'Supervisor',
    auditor: 'Auditor',
    member: 'Member',
  } satisfies Record<string, string> as Readonly<Record<string, string>>,
  statuses: {
    pending: 'Pending',
    active: 'Active',
    inactive: 'Inactive',
    removed: 'Removed',
    expired: 'Expired',
    retired: 'Retired',
    suspended: 'Suspended',
    accepted: 'Accepted',
    withdrawn: 'Withdrawn',
    queued: 'Queued',
    sent: 'Sent',
    kept: 'Kept',
    failed: 'Failed',
  } as Readonly<Record<string, string>>,
  permissions: {
    ask: (roles: readonly (string | undefined)[]) => {
      const names = roles.filter((role): role is string => role !== undefined).map((role) => role.toLowerCase())
      const people = names.filter((name) => name !== 'operator')
      if (people.length === 0) return 'Only operators of this installation may do that.'
      return `Your role does not allow that. Ask ${listOf(people.map((name) => `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${name}`))} of the organization.`
    },
  },
  problems: {
    title: 'That did not work',
    unreachable: 'The server cannot be reached. Check your connection; nothing you typed is lost.',
    unreadable: (status: number) => `Something between this page and the server answered ${status}, and not in the server's words.`,
    otherPersonTitle: 'This is another account now',
    otherPerson: 'Somebody else signed in in this browser meanwhile. Nothing was changed; the page now shows what that person sees.',
    signedOut: 'You signed out.',
    sessionEnded: 'Your session had ended, so nothing was done. Now that you are signed in again, try it once more.',
    offline: 'No connection to the server. Trying again by itself.',
    notFoundTitle: 'There is nothing here',
    notFound: 'The address is wrong, or what it named is gone, or it belongs to an organization you are not a member of.',
    forbiddenTitle: 'You may not see this page',
    changedTitle: 'Somebody changed this while you looked',
    changedBy: (who: string, when: string) => `${who} changed it ${when}.`,
    changed: 'What you see is not the newest. Reload, look again, and decide again; nothing was changed by you.',
    support: (contact: string) => `Help: ${contact}`,
    request: (id: string) => `Request ${id}`,
    boundaryTitle: 'This page broke',
    boundary: 'That is our mistake, not yours. Reloading usually helps; if not, tell whoever runs this server what you did.',
    summary: (count: number) => (count === 1 ? 'One field needs another look.' : `${count} fields need another look.`),
  },
} as const

/** `a`, `a or b`, `a, b or c`. */
export function listOf(words: readonly string[], word = 'or'): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} ${word} ${words.at(-1)}`
}
