import type { Report } from './check.ts'
import type { Carrier, Companion } from './key-type.ts'

/** Fields that proxies rewrite or drop, that every log keeps, or that say where a request came from: no key and no companion may stand there. */
const FORBIDDEN_FIELDS = new Set([
  'host',
  'cookie',
  'set-cookie',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'connection',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'forwarded',
  'via',
  'x-real-ip',
  'referer',
  'user-agent',
])

export function isForbiddenField(name: string): boolean {
  const folded = name.toLowerCase()
  return FORBIDDEN_FIELDS.has(folded) || folded.startsWith('x-forwarded-') || folded.startsWith('keywright-')
}

/** Two carriers are the same place when this is equal. Field names of headers are compared without regard to case. */
export function carrierPlace(carrier: Carrier): string {
  return carrier.in === 'body' ? `body ${carrier.name}` : `header ${carrier.name.toLowerCase()} ${carrier.scheme}`
}

export function describeCarrier(carrier: Carrier): string {
  return carrier.in === 'body' ? `body field "${carrier.name}"` : `header "${carrier.name}" (${carrier.scheme})`
}

export function checkCarriers(carriers: readonly Carrier[], report: Report): void {
  const seen = new Set<string>()
  for (const [index, carrier] of carriers.entries()) {
    const place = carrierPlace(carrier)
    if (seen.has(place)) report(`carriers[${index}]`, 'duplicate_carrier', `The carrier ${describeCarrier(carrier)} stands twice.`)
    seen.add(place)
    if (carrier.in === 'header' && isForbiddenField(carrier.name)) {
      report(
        `carriers[${index}].name`,
        'forbidden_header',
        `A key cannot travel in "${carrier.name}": proxies rewrite, drop or log that field, or Keywright uses it.`,
      )
    }
    if (carrier.in === 'body' && carrier.name === '__proto__')
      report(`carriers[${index}].name`, 'forbidden_field', 'A body field cannot be called "__proto__".')
  }
}

/** @param carriers where the key may stand; a companion must stand elsewhere. */
export function checkCompanions(companions: readonly Companion[], carriers: readonly Carrier[], report: Report): void {
  const seen = new Set<string>()
  for (const [index, companion] of companions.entries()) {
    const name = companion.name ?? companion.template ?? ''
    const place = `${companion.from} ${companion.from === 'header' ? name.toLowerCase() : name}`
    if (seen.has(place)) report(`companions[${index}]`, 'duplicate_companion', `The companion in ${companion.from} "${name}" stands twice.`)
    seen.add(place)
    const path = `companions[${index}].name`
    if (companion.from === 'header' && isForbiddenField(name)) {
      const instead = name.toLowerCase() === 'host' ? ' Use from: host with a template.' : ''
      report(path, 'forbidden_header', `A companion cannot stand in "${name}": proxies rewrite, drop or set that field, or Keywright uses it.${instead}`)
    }
    if (companion.from === 'body' && name === '__proto__') report(path, 'forbidden_field', 'A body field cannot be called "__proto__".')
    const same = carriers.some(
      (carrier) =>
        (companion.from === 'header' && carrier.in === 'header' && carrier.name.toLowerCase() === name.toLowerCase()) ||
        (companion.from === 'body' && carrier.in === 'body' && carrier.name === name),
    )
    if (same)
      report(path, 'companion_is_carrier', `The ${companion.from} field "${name}" already carries the key, so it cannot name the ${companion.names} as well.`)
  }
}
