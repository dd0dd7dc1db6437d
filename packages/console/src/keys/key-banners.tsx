import { announcedFrom, EXPIRY_ANNOUNCED_MS } from '@keywright/core/policy/sunset.ts'
import { sunsetFor } from '@keywright/core/replica/compiled-type.ts'
import type { Key } from './key.ts'
import { keyTitle } from './key-title.ts'
import type { OfferedType } from './offered-type.ts'
import { useRead } from '../api/hooks.ts'
import { pathTo } from '../paths.ts'
import { keysText } from '../text/keys.ts'
import { Banner } from '../ui/banner.tsx'
import { TextLink } from '../ui/link.tsx'
import { useNow } from '../ui/use-now.ts'
import { dayOf, exactTime, relativeTime } from '../util/time.ts'

const MOST = 100

/** What the keys of a page are about to lose: sunsets of their types, and keys that expire soon. */
export function KeyBanners({ org, types, all }: { org: string; types: readonly OfferedType[]; all: readonly OfferedType[] }) {
  const { data } = useRead(
    'keys.list',
    { org, type: types.map(({ slug }) => slug).join(','), status: 'active,inactive,pending,retired', limit: MOST },
    { enabled: types.length > 0 },
  )
  const { data: organization } = useRead('organizations.get', { org })
  const now = useNow()
  if (data === undefined) return null
  const more = data.nextCursor !== null
  const expiring = data.items
    .filter(({ status, expiresAt }) => status === 'active' && expiresAt !== null && Date.parse(expiresAt) - now <= EXPIRY_ANNOUNCED_MS)
    .toSorted((one, other) => (one.expiresAt as string).localeCompare(other.expiresAt as string))
  return (
    <>
      {organization?.status === 'suspended' && (
        <Banner tone="danger" live={false} title={keysText.banner.suspendedTitle}>
          {keysText.banner.suspended} {keysText.askOperator}
        </Banner>
      )}
      {types.flatMap((offered) =>
        offered.type.sunset
          .filter((rule) => now >= announcedFrom(rule))
          .map((rule) => {
            const hit = data.items.filter((key) => key.type === offered.slug && sunsetFor(offered.type, key.origin) === rule)
            if (hit.length === 0) return null
            const successor = all.find(({ slug }) => slug === rule.successor)
            const past = now >= rule.retiredAt
            const day = dayOf(rule.retiredAt)
            return (
              <Banner
                key={`${offered.slug} ${rule.origin ?? ''}`}
                tone={past ? 'danger' : 'warning'}
                live={false}
                title={past ? keysText.banner.sunsetPastTitle(offered.label, day) : keysText.banner.sunsetTitle(offered.label, day)}
              >
                <p title={exactTime(rule.retiredAt)}>
                  {keysText.banner.affected(hit.length, more)}{' '}
                  {past ? keysText.banner.sunsetPast : rule.origin === null ? keysText.banner.sunsetAll : keysText.banner.sunsetOrigin(rule.origin)}{' '}
                  {successor === undefined ? keysText.banner.noSuccessor : keysText.banner.successor(successor.label)}
                </p>
              </Banner>
            )
          }),
      )}
      {expiring.length > 0 && (
        <Banner tone="warning" title={keysText.banner.expiringTitle(expiring.length, more)}>
          <Expiring org={org} keys={expiring} now={now} />
        </Banner>
      )}
    </>
  )
}

function Expiring({ org, keys, now }: { org: string; keys: readonly Key[]; now: number }) {
  const shown = keys.slice(0, 3)
  return (
    <p>
      {shown.map((key, index) => (
        <span key={key.id} title={exactTime(Date.parse(key.expiresAt as string))}>
          {index > 0 && ' · '}
          <TextLink to={pathTo('key', { org, key: key.id })}>{keyTitle(key)}</TextLink>{' '}
          {keysText.banner.expires(relativeTime(Date.parse(key.expiresAt as string), now))}
        </span>
      ))}
      {keys.length > shown.length && ` ${keysText.banner.andMore(keys.length - shown.length)}`}
    </p>
  )
}
