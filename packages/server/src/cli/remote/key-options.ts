import type { Command } from 'commander'
import { UsageError } from '../io.ts'
import { address, instant, seconds, type AddressOption } from '../values.ts'

export interface AddressOptions {
  address?: AddressOption[]
  anyAddress?: boolean
}

export function addressOptions(command: Command): Command {
  return command
    .option('--address <cidr[=label]>', 'may be used from this address or network only (repeatable)', address)
    .option('--any-address', 'may be used from any address')
}

export function addressesOf(options: AddressOptions): 'any' | AddressOption[] | undefined {
  if (options.anyAddress && options.address !== undefined) throw new UsageError('Say --address or --any-address, not both.')
  return options.anyAddress ? 'any' : options.address
}

export interface ExpiryOptions {
  expiresIn?: number
  expiresAt?: string
  neverExpires?: boolean
}

export function expiryOptions(command: Command): Command {
  return command
    .option('--expires-in <duration>', 'from now: 90s, 15m, 1h, 30d', seconds)
    .option('--expires-at <instant>', 'RFC 3339, e.g. 2026-12-31T23:00:00Z', instant)
    .option('--never-expires', 'no expiry')
}

export function expiryOf(options: ExpiryOptions): { expiresInSeconds?: number; expiresAt?: string | null } {
  const given = [options.expiresIn, options.expiresAt, options.neverExpires].filter((each) => each !== undefined)
  if (given.length > 1) throw new UsageError('Say one of --expires-in, --expires-at and --never-expires.')
  if (options.neverExpires) return { expiresAt: null }
  if (options.expiresAt !== undefined) return { expiresAt: options.expiresAt }
  return options.expiresIn === undefined ? {} : { expiresInSeconds: options.expiresIn }
}
