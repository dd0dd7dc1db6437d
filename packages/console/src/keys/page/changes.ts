import type { KeyType } from '@keywright/core/configuration/key-type.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import { formatDuration } from '@keywright/core/time.ts'
import type { AddressRule } from '../../addresses/test-address.ts'
import { keysText } from '../../text/keys.ts'
import { tagsOf } from '../generate/draft.ts'
import { endOf, type ExpiryChoice, expiryFields } from '../key-expiry.ts'
import type { Key } from '../key.ts'

/** What the form shows, each as typed. */
export interface Values {
  name: string
  /** `nothing`: as it is. */
  expiry: ExpiryChoice
  scopes: readonly string[]
  addresses: AddressRule
  /** Calls for each interval of the type, by seconds; '': as the type says. */
  limits: Readonly<Record<string, string>>
  tags: string
  /** `name = value`, one a line. */
  metadata: string
}

export function valuesOf(key: Key, type: KeyType): Values {
  return {
    name: key.name,
    expiry: { kind: 'nothing' },
    scopes: key.scopes,
    addresses: key.addresses,
    limits: Object.fromEntries(
      type.limits.map(({ per }) => [String(per), String(key.limits?.find((limit) => limit.per === formatDuration(per))?.calls ?? '')]),
    ),
    tags: key.tags.join(' '),
    metadata: Object.entries(key.metadata)
      .map(([name, value]) => `${name} = ${value}`)
      .join('\n'),
  }
}

export interface Changes {
  name?: string
  expiresInSeconds?: number
  expiresAt?: string | null
  scopes?: string[]
  addresses?: 'any' | { cidr: string; label: string | null }[]
  limits?: { calls: number; per: number }[] | null
  tags?: string[]
  metadata?: Record<string, string>
}

/**
 * What differs from the key, as the request says it, and what cannot be read. Only fields that somebody touched count: the others are
 * whatever they have become meanwhile.
 */
export function changesOf(touched: Partial<Values>, key: Key, type: KeyType, now: number): { changes: Changes; mistakes: FieldError[] } {
  const changes: Changes = {}
  const mistakes: FieldError[] = []
  if (touched.name !== undefined && touched.name.trim() !== key.name) changes.name = touched.name.trim()
  if (touched.expiry !== undefined && touched.expiry.kind !== 'nothing') {
    if (touched.expiry.kind === 'date' && endOf(touched.expiry, now) === null)
      mistakes.push({ path: 'expiresAt', code: 'required', message: keysText.generate.chooseDay })
    else Object.assign(changes, expiryFields(type, touched.expiry))
  }
  if (touched.scopes !== undefined && !isSame([...touched.scopes].toSorted(), [...key.scopes].toSorted())) changes.scopes = [...touched.scopes]
  if (touched.addresses !== undefined && !isSame(touched.addresses, key.addresses)) {
    if (touched.addresses !== 'any' && touched.addresses.length === 0)
      mistakes.push({ path: 'addresses', code: 'required', message: keysText.generate.chooseAddresses })
    else changes.addresses = touched.addresses === 'any' ? 'any' : touched.addresses.map(({ cidr, label }) => ({ cidr, label }))
  }
  if (touched.limits !== undefined) readLimits(touched.limits, key, type, changes, mistakes)
  if (touched.tags !== undefined && !isSame(tagsOf(touched.tags), key.tags)) changes.tags = tagsOf(touched.tags)
  if (touched.metadata !== undefined) readMetadata(touched.metadata, key, changes, mistakes)
  return { changes, mistakes }
}

function readLimits(typed: Values['limits'], key: Key, type: KeyType, changes: Changes, mistakes: FieldError[]): void {
  const said = type.limits.filter(({ per }) => (typed[String(per)] ?? '').trim() !== '')
  const limits = said.map(({ per }) => ({ calls: Number((typed[String(per)] ?? '').replaceAll(/[\s,]/g, '')), per }))
  for (const { calls, per } of limits)
    if (!Number.isInteger(calls) || calls < 1) mistakes.push({ path: `limit-${per}`, code: 'invalid', message: keysText.page.limitNumber })
  const before = key.limits?.map(({ calls, per }) => ({ calls, per })) ?? []
  if (
    !isSame(
      limits.map(({ calls, per }) => ({ calls, per: formatDuration(per) })),
      before,
    )
  )
    changes.limits = limits.length === 0 ? null : limits
}

function readMetadata(typed: string, key: Key, changes: Changes, mistakes: FieldError[]): void {
  const metadata: Record<string, string> = {}
  for (const [index, line] of typed.split('\n').entries()) {
    if (line.trim() === '') continue
    const equals = line.indexOf('=')
    const name = line.slice(0, Math.max(0, equals)).trim()
    if (name === '') mistakes.push({ path: 'metadata', code: 'invalid', message: keysText.page.metadataLine(index + 1) })
    else metadata[name] = line.slice(equals + 1).trim()
  }
  if (!isSame(metadata, key.metadata)) changes.metadata = metadata
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
