import { InvalidArgumentError } from 'commander'
import { formatInstant, parseDuration, parseInstant } from '@keywright/core/time.ts'

/*
 * What option values are read with. Only what the command line itself says is checked here (`100/60s`, `k=v`); whether the server
 * agrees is for the server to say, with its own sentence.
 */

export function collect(value: string, before: readonly string[] | undefined): string[] {
  return [...(before ?? []), value]
}

export function seconds(value: string): number {
  const parsed = parseDuration(value)
  if (parsed === null) throw new InvalidArgumentError('Must be a duration such as 90s, 15m, 1h or 30d; months and years are not exact.')
  return parsed
}

/** RFC 3339 -> the same instant in UTC. */
export function instant(value: string): string {
  const parsed = parseInstant(value)
  if (parsed === null) throw new InvalidArgumentError('Must be an RFC 3339 instant with an offset, such as 2026-01-31T00:00:00Z.')
  return formatInstant(parsed)
}

export function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new InvalidArgumentError('Must be a whole number.')
  return Number(value)
}

export interface AddressOption {
  cidr: string
  label?: string
}

/** `203.0.113.0/24` or `203.0.113.0/24=office`; repeatable. */
export function address(value: string, before: readonly AddressOption[] | undefined): AddressOption[] {
  const at = value.indexOf('=')
  const entry = at < 0 ? { cidr: value } : { cidr: value.slice(0, at), label: value.slice(at + 1) }
  if (entry.cidr === '' || entry.label === '') throw new InvalidArgumentError('Must be an address or network, with "=label" or without: 203.0.113.0/24=office.')
  return [...(before ?? []), entry]
}

export interface LimitOption {
  calls: number
  per: string
}

/** `100/60s`: calls per duration; repeatable. */
export function limit(value: string, before: readonly LimitOption[] | undefined): LimitOption[] {
  const match = /^(\d{1,10})\/(\d{1,10}[smhd]?)$/.exec(value)
  if (match === null || parseDuration(match[2] as string) === null) throw new InvalidArgumentError('Must be calls per duration, such as 100/60s.')
  return [...(before ?? []), { calls: Number(match[1]), per: match[2] as string }]
}

/** `k=v`; repeatable. */
export function pair(value: string, before: Readonly<Record<string, string>> | undefined): Record<string, string> {
  const at = value.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('Must be name=value.')
  return { ...before, [value.slice(0, at)]: value.slice(at + 1) }
}

export function oneOf<Choice extends string>(...choices: readonly Choice[]): (value: string) => Choice {
  return (value) => {
    if (!(choices as readonly string[]).includes(value)) throw new InvalidArgumentError(`Must be one of ${choices.join(', ')}.`)
    return value as Choice
  }
}
