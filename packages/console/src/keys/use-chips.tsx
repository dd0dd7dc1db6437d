import type { OfferedType } from './offered-type.ts'
import { keysText } from '../text/keys.ts'
import { Badge } from '../ui/badge.tsx'

/** `4 of 5 used` for each count that has a cap. */
export function UseChips({ offered, labelled = false }: { offered: OfferedType; /** Names the type too, where several stand together. */ labelled?: boolean }) {
  return offered.use.map(({ environment, used, max }) =>
    max === null ? null : (
      <Badge key={environment ?? ''} tone={used >= max ? 'warning' : 'neutral'}>
        {labelled ? `${offered.label}: ` : ''}
        {environment === null ? keysText.list.used(used, max) : keysText.list.usedIn(used, max, environment)}
      </Badge>
    ),
  )
}
