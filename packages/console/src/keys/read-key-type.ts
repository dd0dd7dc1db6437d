import type { KeyType, KeyTypeInput } from '@keywright/core/configuration/key-type.ts'
import { parseDuration, parseInstant } from '@keywright/core/time.ts'

/** Every field of a type as the server prints it: in the form of a configuration file, with few defaults left out. */
type Printed = Omit<{ [Field in keyof KeyType]: KeyTypeInput[Field] }, 'label'> & { label?: string }

/**
 * A type as the server answers it (`policy`) -> the type as core's functions take it: durations in seconds, instants in milliseconds,
 * what is left out filled in. The server has checked it; this only reads, so that a browser does not load the schemas that check.
 */
export function readKeyType(policy: Record<string, unknown>): KeyType {
  const printed = policy as unknown as Printed
  const { cap, expiry, replace, addresses, scopes, mints, carriers, companions, limits, sunset } = printed as Required<Printed>
  return {
    ...(printed as unknown as KeyType),
    cap: cap ? { max: cap.max, counts: cap.counts ?? 'notRemoved', per: cap.per ?? 'organization' } : null,
    expiry: {
      mode: expiry?.mode ?? 'optional',
      presets: (expiry?.presets ?? []).map(seconds),
      max: orNull(expiry?.max, seconds),
      default: orNull(expiry?.default, seconds),
    },
    replace: { allowed: replace?.allowed ?? true, overlapDefault: seconds(replace?.overlapDefault ?? 0), overlapMax: seconds(replace?.overlapMax ?? 0) },
    addresses: { mode: addresses?.mode ?? 'off', organizationList: rule(addresses?.organizationList ?? 'none') },
    scopes: {
      offered: (scopes?.offered ?? []).map((entry) =>
        typeof entry === 'string' ? { scope: entry, entitlement: null } : { scope: entry.scope, entitlement: entry.entitlement ?? null },
      ),
      default: scopes?.default ?? [],
    },
    mints: mints ? { lifetime: seconds(mints.lifetime) } : null,
    carriers: carriers
      ? carriers.map((carrier) =>
          carrier.in === 'body'
            ? carrier
            : {
                ...carrier,
                name: carrier.name ?? 'Authorization',
                scheme: carrier.scheme ?? (carrier.name?.toLowerCase() === 'authorization' ? 'bearer' : 'raw'),
              },
        )
      : null,
    companions: (companions ?? []).map((companion) => ({ ...companion, fold: companion.fold ?? 'none', required: companion.required ?? true })),
    limits: (limits ?? []).map((limit) => ({ calls: limit.calls, per: seconds(limit.per), maxCalls: limit.maxCalls ?? null })),
    sunset: (sunset ?? []).map((each) => ({
      origin: each.origin ?? null,
      deprecatedAt: instant(each.deprecatedAt),
      retiredAt: instant(each.retiredAt),
      successor: each.successor ?? null,
      noticeDays: each.noticeDays ?? [90, 30, 7, 1],
    })),
  }
}

function seconds(value: string | number): number {
  return parseDuration(value) ?? 0
}

function instant(value: string | Date): number {
  return value instanceof Date ? value.getTime() : (parseInstant(value) ?? 0)
}

function orNull(value: string | number | null | undefined, read: (value: string | number) => number): number | null {
  return value === null || value === undefined ? null : read(value)
}

type List = NonNullable<NonNullable<KeyTypeInput['addresses']>['organizationList']>

function rule(list: List): KeyType['addresses']['organizationList'] {
  if (typeof list === 'string') return list === 'any' ? 'any' : 'none'
  return list.map((entry) => (typeof entry === 'string' ? { cidr: entry, label: null } : { cidr: entry.cidr, label: entry.label ?? null }))
}
