import type { Answer } from '../api/contract.ts'
import { pathTo } from '../paths.ts'
import { membersText } from '../text/members.ts'
import { StatusPill } from '../ui/badge.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FormActions } from '../ui/form.tsx'
import { TextLink } from '../ui/link.tsx'
import { Hint } from '../ui/mono.tsx'

export type KeyForReview = Answer<'members.remove'>['keysForReview'][number]

/** What somebody who left had made and what still works: it belongs to the organization, so somebody looks at it. */
export function KeysForReview({ org, name, keys, onClose }: { org: string | null; name: string; keys: readonly KeyForReview[] | null; onClose: () => void }) {
  const { removal } = membersText
  return (
    <Dialog
      open={keys !== null}
      onOpenChange={(open) => !open && onClose()}
      title={removal.reviewTitle(name)}
      description={keys === null ? undefined : keys.length === 0 ? removal.noKeys : removal.review(keys.length)}
    >
      {keys !== null && keys.length > 0 && (
        <ul className="max-h-[50vh] divide-y divide-line overflow-y-auto rounded-lg border border-line">
          {keys.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-1 px-3.5 py-2.5 text-sm">
              <span className="min-w-0">
                {org === null ? (
                  <span className="font-medium">{key.name || key.type}</span>
                ) : (
                  <TextLink to={pathTo('key', { org, key: key.id })}>{key.name || key.type}</TextLink>
                )}
                <span className="block text-xs text-ink-faint">{key.type}</span>
              </span>
              <span className="flex items-center gap-3">
                <Hint hint={key.hint} />
                <StatusPill status={key.status} />
              </span>
            </li>
          ))}
        </ul>
      )}
      <FormActions>
        <Button variant="primary" onClick={onClose}>
          {removal.close}
        </Button>
      </FormActions>
    </Dialog>
  )
}
