import type { Draft, Step } from './draft.ts'
import { tagsOf } from './draft.ts'
import { endOf } from '../key-expiry.ts'
import { sentenceOf } from '../key-sentence.ts'
import type { AddressRule } from '../key.ts'
import type { OfferedType } from '../offered-type.ts'
import { listOf } from '../../text/common.ts'
import { keysText } from '../../text/keys.ts'
import { Button } from '../../ui/button.tsx'
import { useNow } from '../../ui/use-now.ts'
import { duration, exactTime } from '../../util/time.ts'

interface Props {
  offered: OfferedType
  draft: Draft
  organization: string
  organizationRule: AddressRule | undefined
  steps: readonly Step[]
  onGo: (step: Step) => void
}

/** One sentence that sums up what is about to be made, and each choice with the way back to it. */
export function ReviewStep({ offered, draft, organization, organizationRule = 'any', steps, onGo }: Props) {
  const { type, label } = offered
  const now = useNow(10)
  const endsAt = type.expiry.mode === 'none' ? null : endOf(draft.expiry, now)
  const sentence = sentenceOf({
    label,
    name: type.naming.mode === 'none' ? '' : draft.name.trim(),
    environment: draft.environment,
    organization,
    endsAt,
    scopes: draft.scopes,
    hasScopes: type.scopes.offered.length > 0,
    addresses: type.addresses.mode === 'off' ? null : draft.addresses,
    organizationAddresses: organizationRule,
    limits: type.limits.map(({ calls, per }) => ({ calls, per: duration(per) })),
    manual: type.activation === 'manual',
    mintsFor: type.mints === null ? null : duration(type.mints.lifetime),
  })
  const words = keysText.generate.checks
  const rows: { label: string; value: string; step: Step }[] = [
    { label: words.type, value: label, step: 'type' },
    ...(type.naming.mode === 'none' ? [] : [{ label: words.name, value: draft.name.trim() || keysText.unnamed, step: 'details' as const }]),
    { label: words.environment, value: draft.environment, step: 'details' },
    ...(type.expiry.mode === 'none' ? [] : [{ label: words.ends, value: endsAt === null ? keysText.never : exactTime(endsAt), step: 'details' as const }]),
    ...(type.scopes.offered.length === 0
      ? []
      : [{ label: words.scopes, value: draft.scopes.length === 0 ? keysText.generate.none : draft.scopes.join(', '), step: 'details' as const }]),
    ...(type.addresses.mode === 'off'
      ? []
      : [
          {
            label: words.addresses,
            value: draft.addresses === 'any' ? keysText.any : draft.addresses.map(({ cidr }) => cidr).join(', '),
            step: 'addresses' as const,
          },
        ]),
    ...(tagsOf(draft.tags).length === 0 ? [] : [{ label: words.tags, value: listOf(tagsOf(draft.tags), 'and'), step: 'details' as const }]),
  ]
  return (
    <>
      <p className="text-base leading-relaxed text-pretty" data-summary="">
        {sentence}
      </p>
      <dl className="divide-y divide-line rounded-lg border border-line text-sm">
        {rows.map((row) => (
          <div key={row.label} className="grid grid-cols-[1fr_auto] items-center gap-x-4 px-3.5 py-2 sm:grid-cols-[7rem_1fr_auto]">
            <dt className="text-ink-faint max-sm:text-xs">{row.label}</dt>
            <dd className="min-w-0 [overflow-wrap:anywhere] max-sm:col-start-1">{row.value}</dd>
            <dd className="max-sm:col-start-2 max-sm:row-span-2 max-sm:row-start-1">
              {steps.includes(row.step) && (
                <Button size="small" variant="ghost" aria-label={`${keysText.generate.change}: ${row.label}`} onClick={() => onGo(row.step)}>
                  {keysText.generate.change}
                </Button>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
