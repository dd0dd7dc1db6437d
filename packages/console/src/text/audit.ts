/** What of an event is pressed or shown as a name. `id` is shown where nothing has a better name. */
export type Part = string | { kind: string; id: string; label: string }

type Detail = Readonly<Record<string, unknown>>

export interface EventFacts {
  action: string
  subject: { kind: string; id: string }
  detail: Detail
  /** What is about people; null once it was erased. */
  personal?: Readonly<Record<string, string>> | null
}

const text = (detail: Detail, name: string): string => (typeof detail[name] === 'string' ? detail[name] : '')
const count = (detail: Detail, name: string): number => (typeof detail[name] === 'number' ? detail[name] : 0)
const list = (detail: Detail, name: string): unknown[] => (Array.isArray(detail[name]) ? detail[name] : [])
const plural = (number: number, one: string, many = `${one}s`): string => `${number.toLocaleString('en')} ${number === 1 ? one : many}`

/** The key by its name, or by its hint. */
function key({ subject, detail }: EventFacts): Part {
  if (subject.id === '') return 'an unknown secret'
  const name = text(detail, 'name')
  const label = name !== '' ? name : text(detail, 'hint')
  return { kind: 'key', id: subject.id, label: label === '' ? subject.id : label }
}

/** Its type and environment, in brackets, where the event tells them. */
function where({ detail }: EventFacts): string {
  const facts = [text(detail, 'type'), text(detail, 'environment')].filter((part) => part !== '')
  return facts.length === 0 ? '' : ` (${facts.join(', ')})`
}

const thing = ({ subject }: EventFacts, label = subject.id): Part => ({ kind: subject.kind, id: subject.id, label })
const organization = (event: EventFacts): Part => ({ kind: 'organization', id: event.subject.id, label: text(event.detail, 'slug') || event.subject.id })
const fieldNames = (detail: Detail): string => {
  const changes = detail['changes']
  const names = Array.isArray(changes)
    ? changes.map((change) => (typeof change === 'object' && change !== null && 'path' in change ? String(change.path) : String(change)))
    : Object.keys((changes ?? {}) as object)
  return names.length === 0 ? '' : `: ${names.slice(0, 4).join(', ')}${names.length > 4 ? ` and ${names.length - 4} more` : ''}`
}
const because = (detail: Detail): string => (text(detail, 'reason') === '' ? '' : `: ${text(detail, 'reason')}`)
/** A person by name or address, as long as the log may know them. */
const person = ({ subject, personal }: EventFacts): Part => ({
  kind: subject.kind,
  id: subject.id,
  label: personal?.['name'] ?? personal?.['email'] ?? 'somebody whose name was erased',
})
const asRole = ({ detail }: EventFacts, name = 'role'): string => (text(detail, name) === '' ? '' : ` as ${text(detail, name)}`)

/**
 * What an event says after the name of who did it: "issued the key Nightly export (ucd, live)". An action that is not here (a newer server's)
 * is told by its own words.
 */
export const SENTENCES: Readonly<Record<string, (event: EventFacts) => Part[]>> = {
  'installation.bootstrapped': ({ detail }) => [detail['again'] === true ? 'had a first management key printed again' : 'had the first management key printed'],
  'installation.set_up_link_made': () => ['had a link printed that sets up the first operator'],
  'installation.set_up': () => ['became the first operator with the set-up link'],
  'installation.backed_up': () => ['made a backup of the database'],
  'installation.restored': () => ['exchanged the database for a backup'],
  'installation.master_key_rotated': () => ['put everything secret under a new master key'],
  'configuration.applied': ({ detail }) => [`changed the configuration in ${plural(list(detail, 'changes').length, 'place')}`],
  'personal_data.erased': ({ detail }) => [`forgot what was old enough about people: ${plural(count(detail, 'rows'), 'entry', 'entries')}`],
  'key_type.changed': (event) => [`${event.detail['created'] === true ? 'created' : 'changed'} the key type `, thing(event)],
  'key_type.removed': (event) => ['removed the key type ', thing(event)],
  'api.changed': (event) => ['changed the API ', thing(event), fieldNames(event.detail)],
  'api.removed': (event) => ['removed the API ', thing(event)],
  'organization.created': (event) => ['created the organization ', organization(event)],
  'organization.updated': (event) => ['changed the organization', fieldNames(event.detail)],
  'organization.revoked_again': () => ['suspended or removed the organization again, after a restore from a backup'],
  'organization.suspended': ({ detail }) => [`suspended the organization; ${plural(count(detail, 'keys'), 'key')} refused${because(detail)}`],
  'organization.restored': ({ detail }) => [`ended the suspension of the organization${because(detail)}`],
  'organization.removed': (event) => ['removed the organization ', organization(event), ` and ${plural(count(event.detail, 'keysRemoved'), 'key')} of it`],
  'address_list.updated': (event) => [
    'set the address list of ',
    thing(event),
    event.detail['to'] === 'any' ? ' to any address' : ` to ${plural(list(event.detail, 'to').length, 'address', 'addresses')}`,
  ],
  'key.issued': (event) => [event.detail['autoProvisioned'] === true ? 'made the key ' : 'issued the key ', key(event), where(event)],
  'key.imported': (event) => ['took over the key ', key(event), where(event)],
  'keys.imported': ({ detail }) => [`took over ${plural(count(detail, 'imported'), 'key')}`],
  'key.updated': (event) => ['changed the key ', key(event), fieldNames(event.detail)],
  'key.activated': (event) => ['activated the key ', key(event), where(event)],
  'key.deactivated': (event) => ['deactivated the key ', key(event), where(event)],
  'key.replaced': (event) => ['replaced the secret of ', key(event), where(event)],
  'key.overlap_finished': (event) => ['ended the old secret of ', key(event), ' before its overlap was over'],
  'key.removed': (event) => ['removed the key ', key(event), where(event)],
  'key.revoked_again': (event) => ['revoked again, after a restore from a backup: ', key(event)],
  'key.revealed': (event) => ['looked at the secret of ', key(event), where(event)],
  'key.secrets_destroyed': (event) => [
    `made ${plural(count(event.detail, 'secrets'), 'stored secret')} unreadable for ever: `,
    thing(event),
    ' shows secrets once from now on',
  ],
  'session.ended': (event) => ['ended a session of ', key(event)],
  'signing_key.created': () => ['made the first key that signs session tokens'],
  'signing_key.rotated': () => ['made a new key that signs session tokens'],
  'management_key.issued': (event) => [
    'issued the management key ',
    key(event),
    text(event.detail, 'role') === '' ? '' : ` with the role ${text(event.detail, 'role')}`,
  ],
  'management_key.removed': (event) => ['removed the management key ', key(event)],
  'verifier_key.issued': (event) => ['issued the verifier key ', key(event)],
  'verifier_key.removed': (event) => ['removed the verifier key ', key(event)],
  'verifier.forgotten': ({ subject, detail }) => [`said that the verifier ${text(detail, 'name') || subject.id} runs no more`],
  'member.invited': (event) => ['invited ', person(event), asRole(event)],
  'member.role_changed': (event) => [
    'changed the role of ',
    person(event),
    text(event.detail, 'to') === '' ? '' : ` from ${text(event.detail, 'from')} to ${text(event.detail, 'to')}`,
  ],
  'member.removed': (event) => ['removed the member ', person(event)],
  'member.left': () => ['left the organization'],
  'invitation.resent': (event) => ['sent a new link to ', person(event)],
  'invitation.withdrawn': (event) => [
    'withdrew the invitation of ',
    person(event),
    text(event.detail, 'with') === '' ? '' : ', with the role of whoever had invited',
  ],
  'invitation.accepted': (event) => ['accepted an invitation and became a member', asRole(event)],
  'invitation.declined': () => ['declined an invitation'],
  'operator.invited': (event) => ['invited ', person(event), ' to be an operator'],
  'operator.joined': () => ['became an operator'],
  'operator.removed': (event) => ['removed the operator ', person(event)],
  'person.single_sign_on_linked': () => ['signed in by single sign-on for the first time'],
  'person.registered': () => ['registered through an invitation'],
  'person.signed_in': () => ['signed in'],
  'person.sign_in_refused': () => ['refused a sign-in: the first of its kind for a while'],
  'person.signed_out': () => ['signed out'],
  'person.session_ended': () => ['ended another session of theirs'],
  'person.renamed': () => ['changed their name'],
  'person.link_requested': (event) => ['wrote a sign-in link to ', person(event)],
  'person.password_changed': () => ['changed their password'],
  'person.password_reset': () => ['set a new password with a mailed link'],
  'person.second_factor_set': () => ['set up an authenticator'],
  'person.second_factor_removed': () => ['removed their second factor'],
  'person.second_factor_taken': (event) => ['took away the second factor of ', person(event), ', and ended every session of theirs'],
  'person.backup_codes_renewed': () => ['exchanged their backup codes'],
  'person.stepped_up': () => ['proved afresh who they are'],
  'operator.left': () => ['is no longer an operator, by own choice'],
  'notice.queued': ({ detail }) => [
    `prepared a message about ${plural(count(detail, 'keys'), 'key')} that will end${count(detail, 'days') > 0 ? ` in ${plural(count(detail, 'days'), 'day')}` : ''}`,
  ],
  'notice.sent': ({ detail }) => [`sent a message to ${plural(count(detail, 'recipients'), 'address', 'addresses')}`],
  'notice.failed': ({ detail }) => [`gave up sending a message after ${plural(count(detail, 'attempts'), 'attempt')}`],
  'notice.link_read': () => ['read the link of a message that was not sent'],
  'notice.resent': () => ['had a message sent again'],
  'command.refused': ({ detail }) => [`was refused: ${text(detail, 'reason') || text(detail, 'operation')}`],
  'verification.refused': (event) =>
    event.detail['reason'] === 'various'
      ? [`refused calls in ${plural(count(event.detail, 'kinds'), 'more way')}`]
      : ['refused a call with ', key(event), where(event), `: ${text(event.detail, 'reason').replaceAll('_', ' ')}`],
}

/** The first parts of actions, for the filter. */
export const AREAS = {
  key: 'Keys',
  organization: 'Organization',
  address_list: 'Address lists',
  member: 'Members',
  invitation: 'Invitations',
  management_key: 'Management keys',
  verifier_key: 'Verifier keys',
  session: 'Sessions of keys',
  notice: 'Messages',
  command: 'Refused commands',
  verification: 'Refused calls',
} as const

/** Those that only operators meet. */
export const INSTALLATION_AREAS = {
  installation: 'Installation',
  configuration: 'Configuration',
  key_type: 'Key types',
  api: 'APIs',
  operator: 'Operators',
  verifier: 'Verifiers',
  signing_key: 'Signing keys',
  personal_data: 'Personal data',
} as const

export const sentence = {
  /** For an action that has no sentence: its own words. */
  unknown: ({ action, subject }: EventFacts): Part[] => [
    `did ${action.replaceAll(/[._]/g, ' ')}`,
    ...(subject.id === '' ? [] : [' ', { ...subject, label: subject.id }]),
  ],
  actor: {
    host: 'the command line on the server',
    system: 'Keywright',
    'verifier-key': 'a verifier',
    'management-key': 'a management key',
    person: 'somebody',
  },
}

export const auditText = {
  title: 'Audit log',
  description: 'Who did what, and what was refused. Every event holds the hash of the one before, so that none can be taken out or changed unnoticed.',
  installationDescription: 'Everything that was done in this installation and in all its organizations.',
  list: 'Events, newest first',
  columns: { when: 'When', what: 'What happened', organization: 'Organization', commands: 'Details' },
  details: 'Details',
  detailsOf: (number: number) => `Details of event ${number}`,
  filters: 'Filters',
  area: 'What',
  everything: 'Everything',
  from: 'From',
  to: 'To',
  backwards: 'The first day lies after the last, so nothing can be found.',
  search: 'Search names, ids and facts',
  byActor: (name: string) => `By ${name}`,
  aboutSubject: (name: string) => `About ${name}`,
  removeFilter: (name: string) => `Show not only: ${name}`,
  clear: 'Clear filters',
  onlyActor: 'Only by this one',
  onlySubject: 'Only about this',
  onlyAction: 'Only this action',
  empty: 'Nothing has happened yet',
  emptyHint: 'As soon as somebody issues a key, changes a list or is refused, it stands here.',
  nothingFound: 'No event passes these filters',
  nothingYet: 'None of the events searched so far passes',
  searchOn: 'Search older events',
  searchedBounded: 'A search looks at 5,000 events at a time.',
  export: 'Export',
  exportAs: { ndjson: 'As NDJSON', csv: 'As CSV' },
  facts: {
    number: 'Number',
    at: 'When',
    actor: 'Who',
    action: 'Action',
    subject: 'About',
    request: 'Request',
    organization: 'Organization',
    hash: 'Hash',
    previousHash: 'Hash of the one before',
  },
  detail: 'Facts of the event',
  personal: 'About people',
  personalHint: 'Kept for a limited time; the hash goes on proving the event afterwards.',
  installation: 'Installation',
} as const
