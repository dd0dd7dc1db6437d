import { announcedFrom } from '@keywright/core/policy/sunset.ts'
import { sunsetFor } from '@keywright/core/replica/compiled-type.ts'
import type { AskedCommand } from '../command-dialog.tsx'
import { commandLabel, commandState } from '../key-command.ts'
import type { Key } from '../key.ts'
import { lastSeenSentence } from '../last-seen.ts'
import type { OfferedType } from '../offered-type.ts'
import { useRecentUsage } from '../use-recent-usage.ts'
import { countdown, overlapOf } from '../versions.ts'
import { roleIn, useSignedIn } from '../../api/person.ts'
import { keysText } from '../../text/keys.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { useNow } from '../../ui/use-now.ts'
import { dayOf } from '../../util/time.ts'

interface Props {
  org: string
  keyOf: Key
  offered: OfferedType
  all: readonly OfferedType[]
  onCommand: (command: AskedCommand) => void
}

/** What somebody who opens the page of a key should know first. */
export function Notices({ org, keyOf: key, offered, all, onCommand }: Props) {
  const { type } = offered
  const now = useNow(60)
  if (key.status === 'removed') return null
  const rule = sunsetFor(type, key.origin)
  const successor = all.find(({ slug }) => slug === rule?.successor)
  const activate = commandLabel(type, 'activate')
  return (
    <>
      {key.status === 'pending' && (
        <Banner tone="warning" title={keysText.page.pendingTitle}>
          {type.mints === null ? keysText.page.pending(activate) : keysText.page.pendingMint(activate)}
        </Banner>
      )}
      <OverlapNotice org={org} keyOf={key} offered={offered} onCommand={onCommand} />
      {rule !== null && now >= announcedFrom(rule) && (
        <Banner
          tone={now >= rule.retiredAt ? 'danger' : 'warning'}
          live={false}
          title={(now >= rule.retiredAt ? keysText.banner.sunsetPastTitle : keysText.banner.sunsetTitle)(offered.label, dayOf(rule.retiredAt))}
        >
          {now >= rule.retiredAt ? `${keysText.banner.sunsetPast} ` : ''}
          {successor === undefined ? keysText.banner.noSuccessor : keysText.banner.successor(successor.label)}
        </Banner>
      )}
      {key.nonCompliance.length > 0 && (
        <Banner tone="warning" title={keysText.page.nonCompliance}>
          <ul className="list-disc pl-4">
            {key.nonCompliance.map(({ code, message }) => (
              <li key={code}>{message}</li>
            ))}
          </ul>
          <p className="mt-1">{keysText.page.nonComplianceHint}</p>
        </Banner>
      )}
    </>
  )
}

/** While two secrets work: counting down, with the last use of the old one, and the way to end it now. */
function OverlapNotice({ org, keyOf: key, offered, onCommand }: Omit<Props, 'all'>) {
  const now = useNow(1)
  const role = roleIn(useSignedIn(), org)
  const usage = useRecentUsage(org, key.id)
  const overlap = overlapOf(key, now)
  if (overlap === null) return null
  const finish = commandState('finish-overlap', key, offered.type, role, now)
  const seen = usage.data?.lastSeen.find(({ secretVersion }) => secretVersion === overlap.version) ?? null
  return (
    <Banner
      tone="info"
      title={keysText.page.overlapTitle(countdown(overlap.endsAt - now))}
      action={
        <Button size="small" disabledReason={finish.reason} onClick={() => onCommand('finish-overlap')}>
          {commandLabel(offered.type, 'finish-overlap')}
        </Button>
      }
    >
      {keysText.page.overlap(overlap.version, overlap.hint)} {usage.data === undefined ? '' : keysText.page.oldLastUse(lastSeenSentence(seen, now))}
    </Banner>
  )
}
