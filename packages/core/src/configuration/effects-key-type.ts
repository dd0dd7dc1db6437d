import { formatDuration, formatInstant } from '../time.ts'
import { carrierPlace, describeCarrier } from './check-carriers.ts'
import type { FieldChange } from './diff.ts'
import type { KeyType, SunsetRule } from './key-type.ts'
import { isSame } from './print.ts'

type Sentences = (from: KeyType, to: KeyType) => string[]

const NON_COMPLIANT = 'keys that exist keep working and are listed as non-compliant where they do not fit'
const COMMANDS = 'It decides from the next command on; no key changes.'

/**
 * What each field does, by product.md "What acts when": written into the key at issue, read at every decision, or read at the
 * next command. A field that is missing here fails the type check.
 */
const EFFECTS: Record<Exclude<keyof KeyType, 'slug'>, Sentences> = {
  label: () => [],
  description: () => [],
  presentation: () => [],
  prefix: (from, to) => [`New secrets begin with "${to.prefix}_"; secrets already issued keep "${from.prefix}_" and go on working.`],
  secretLength: (from, to) => [
    `New secrets have ${to.secretLength} characters after the prefix; secrets already issued keep their ${from.secretLength} and go on working.`,
  ],
  offeredWith: (_from, to) => [
    to.offeredWith === null
      ? 'The type is offered to every organization, and its keys need no entitlement from the next call on.'
      : `Only organizations with the entitlement "${to.offeredWith}" are offered the type; keys of other organizations are refused (not_entitled) from the next call on.`,
  ],
  naming: () => [`Asked for at the next issue or change of name; ${NON_COMPLIANT}.`],
  environments: (_from, to) => [
    to.environments === null
      ? 'New keys may be held by every environment of an organization.'
      : `New keys may be held by ${list(to.environments)} only; ${NON_COMPLIANT}.`,
    ...(to.autoProvision ? ['A key is made now for each environment that the type newly allows.'] : []),
  ],
  cap: (from, to) => capEffects(from, to),
  expiry: () => [`Asked for at the next issue or change of expiry; no expiry already written changes, and ${NON_COMPLIANT}.`],
  activation: (_from, to) => [
    to.activation === 'manual'
      ? 'New keys are pending until someone activates them; existing keys stay as they are.'
      : 'New keys are active at once; pending keys still wait for someone to activate them.',
  ],
  visibility: (_from, to) => [
    to.visibility === 'once'
      ? 'Destroys the stored ciphertexts of all secrets of this type: none of them can ever be revealed again. The keys go on working.'
      : 'Secrets issued from now on can be revealed; those already issued were never stored and cannot be.',
  ],
  autoProvision: (_from, to) => [
    to.autoProvision
      ? 'A key is made now for each environment that the type allows and that has none, and with each new environment.'
      : 'No key is made automatically any more; those already made stay.',
  ],
  replace: (_from, to) => [
    to.replace.allowed
      ? `${COMMANDS} An overlap that runs already keeps its end.`
      : 'Keys of this type can no longer be replaced. An overlap that runs already keeps its end.',
  ],
  deactivate: (_from, to) => [
    to.deactivate ? 'Keys of this type can be deactivated from now on.' : 'Keys of this type can no longer be deactivated; inactive ones stay inactive.',
  ],
  remove: (_from, to) => [to.remove ? 'Keys of this type can be removed from now on.' : 'Keys of this type can no longer be removed.'],
  possession: (_from, to) => [
    to.possession === 'off'
      ? 'A holder can no longer end a key by presenting it.'
      : `Whoever holds a key of this type can ${to.possession} it by presenting it.`,
  ],
  addresses: (from, to) => [
    ...(from.addresses.mode === to.addresses.mode
      ? []
      : [`Asked for at the next issue or change of addresses; addresses already written go on being enforced, and ${NON_COMPLIANT}.`]),
    ...(isSame(from.addresses.organizationList, to.addresses.organizationList)
      ? []
      : ['New organizations begin with this list; the lists of existing organizations stay as they are.']),
  ],
  scopes: (from, to) => scopeEffects(from, to),
  direct: (_from, to) => [
    to.direct
      ? 'From the next call keys of this type may be presented to an API themselves.'
      : 'From the next call a key of this type presented to an API is refused (exchange_required); only its session tokens are accepted.',
  ],
  mints: (_from, to) => [
    to.mints
      ? `Session tokens minted from now on live ${formatDuration(to.mints.lifetime)}.`
      : 'No session token can be minted with keys of this type from now on, and those that live are refused from the next call (wrong_type).',
  ],
  carriers: (from, to) => carrierEffects(from, to),
  companions: () => [
    'From the next call requests are judged by the new companions; one that names another organization or environment, or leaves out a required companion, is refused (organization_mismatch, wrong_environment).',
  ],
  limits: () => ['The new limits hold from the next call for all keys that have none of their own; limits of a single key stay.'],
  roles: () => [`${COMMANDS} People who lose a right are refused at their next click.`],
  sunset: (from, to) => sunsetEffects(from, to),
  origin: () => ['The origin is written into new keys; existing keys keep theirs.'],
}

/** Sentences for the fields that changed, in the order of the fields. */
export function keyTypeEffects(from: KeyType, to: KeyType, fields: readonly FieldChange[]): string[] {
  const names = new Set(fields.map((field) => field.path.split('.')[0] as string))
  const sentences = [...names].flatMap((name) => (Object.hasOwn(EFFECTS, name) ? EFFECTS[name as keyof typeof EFFECTS](from, to) : []))
  return sentences.length > 0 ? sentences : ['Only what people read changes; no key and no call is touched.']
}

function capEffects({ cap: from }: KeyType, { cap: to }: KeyType): string[] {
  if (to === null) return ['There is no cap any more.']
  const sentence = `At most ${to.max} ${to.counts === 'active' ? 'active keys' : 'keys that are not removed'} for each ${to.per}.`
  const looser = from !== null && to.max >= from.max && to.counts === from.counts && to.per === from.per
  return [looser ? sentence : `${sentence} Existing keys beyond the cap keep working; issuing and activating is refused (cap_reached) until there are fewer.`]
}

function scopeEffects({ scopes: from }: KeyType, { scopes: to }: KeyType): string[] {
  const sentences: string[] = []
  const before = new Map(from.offered.map((entry) => [entry.scope, entry.entitlement]))
  const after = new Map(to.offered.map((entry) => [entry.scope, entry.entitlement]))
  const withdrawn = [...before.keys()].filter((scope) => !after.has(scope))
  const added = [...after.keys()].filter((scope) => !before.has(scope))
  if (withdrawn.length > 0) sentences.push(`${list(withdrawn)}: withdrawn from all keys at once; calls that need it are refused (insufficient_scope).`)
  if (added.length > 0) sentences.push(`${list(added)}: can be given to keys from now on, but is added to no existing key that was not given it before.`)
  for (const [scope, entitlement] of after) {
    if (!before.has(scope) || before.get(scope) === entitlement) continue
    sentences.push(
      entitlement === null
        ? `"${scope}": needs no entitlement from the next call on.`
        : `"${scope}": from the next call on, refused (not_entitled) for organizations without the entitlement "${entitlement}".`,
    )
  }
  if (!isSame(from.default, to.default))
    sentences.push(`New keys get ${to.default.length > 0 ? list(to.default) : 'no scope'} when none is named; existing keys keep the scopes written into them.`)
  return sentences.length > 0 ? sentences : ['Only the order of the scopes changes.']
}

function carrierEffects({ carriers: from }: KeyType, { carriers: to }: KeyType): string[] {
  if (to === null) return ['From the next call keys of this type are accepted in every carrier of the API.']
  const sentence = `From the next call keys of this type are accepted in ${to.map(describeCarrier).join(', ')} only; elsewhere they are refused (wrong_carrier).`
  const places = new Set(to.map(carrierPlace))
  return from !== null && from.every((entry) => places.has(carrierPlace(entry)))
    ? [sentence.replace(' only; elsewhere they are refused (wrong_carrier)', ' as well')]
    : [sentence]
}

function sunsetEffects({ sunset: from }: KeyType, { sunset: to }: KeyType): string[] {
  const sentences: string[] = []
  for (const rule of to) {
    const before = from.find((candidate) => candidate.origin === rule.origin)
    if (before && isSame(before, rule)) continue
    const days = rule.noticeDays.length > 0 ? `; administrators are told ${rule.noticeDays.join(', ')} days before` : '; nobody is told in advance'
    sentences.push(
      `${whose(rule)} are deprecated from ${formatInstant(rule.deprecatedAt)} and refused (retired) from ${formatInstant(rule.retiredAt)} on${days}.`,
    )
    if (before && rule.retiredAt > before.retiredAt)
      sentences.push(`${whose(rule)} that were retired at ${formatInstant(before.retiredAt)} are accepted again until the new date.`)
  }
  for (const rule of from) {
    if (!to.some((candidate) => candidate.origin === rule.origin))
      sentences.push(`${whose(rule)} are no longer retired; those refused since ${formatInstant(rule.retiredAt)} are accepted again.`)
  }
  return sentences.length > 0 ? sentences : ['Only the order of the rules changes.']
}

function whose(rule: SunsetRule): string {
  return rule.origin === null ? 'All keys of this type' : `Keys of the origin "${rule.origin}"`
}

function list(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ')
}
