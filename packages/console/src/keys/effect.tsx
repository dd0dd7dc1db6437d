import { lastSeenSentence } from './last-seen.ts'
import type { Key, Usage } from './key.ts'
import { callsSince } from './usage-buckets.ts'
import { DAY_MS } from './use-recent-usage.ts'
import { useNow } from '../ui/use-now.ts'
import { keysText } from '../text/keys.ts'
import { KeyValue } from '../ui/layout.tsx'
import { Mono } from '../ui/mono.tsx'
import { Skeleton } from '../ui/states.tsx'

/** What stops when a key (or its old secret) stops: when it was last used, how often lately, and from where. Shown before anything is asked. */
export function Effect({
  seen,
  usage,
  versions,
}: {
  seen: Key['lastSeen']
  usage: Usage | undefined
  /** Only these secret versions; default: all. */ versions?: readonly number[]
}) {
  const now = useNow(10)
  if (usage === undefined) {
    return (
      <div role="status" aria-label={keysText.effect.loading} className="flex flex-col gap-2.5 rounded-lg border border-line bg-sunken p-3.5">
        <Skeleton className="h-4 w-2/3" />
        <Skeleton className="h-4 w-1/2" />
      </div>
    )
  }
  const rows = versions === undefined ? usage.lastSeen : usage.lastSeen.filter(({ secretVersion }) => versions.includes(secretVersion))
  const latest = versions === undefined ? seen : (rows.toSorted((one, other) => other.at.localeCompare(one.at))[0] ?? null)
  const addresses = [...new Set(rows.map(({ address }) => address).filter((address) => address !== null))]
  const counted = (since: number): string => {
    const { allowed, refused } = callsSince(usage.series, since)
    return allowed + refused === 0 ? keysText.effect.none : keysText.effect.calls(allowed, refused)
  }
  return (
    <div className="rounded-lg border border-line bg-sunken p-3.5">
      <p className="sr-only">{keysText.effect.title}</p>
      <KeyValue
        entries={[
          { label: keysText.effect.lastUse, value: <span className="font-medium">{capital(lastSeenSentence(latest, now).replace(/^last used /, ''))}</span> },
          // The series does not tell versions apart.
          ...(versions === undefined
            ? [
                { label: keysText.effect.day, value: counted(now - DAY_MS) },
                { label: keysText.effect.week, value: counted(now - 7 * DAY_MS) },
              ]
            : []),
          ...(addresses.length === 0
            ? []
            : [
                {
                  label: keysText.effect.from,
                  value: addresses.map((address) => (
                    <Mono key={address} className="mr-2">
                      {address}
                    </Mono>
                  )),
                },
              ]),
        ]}
      />
    </div>
  )
}

function capital(sentence: string): string {
  return sentence.charAt(0).toUpperCase() + sentence.slice(1)
}
