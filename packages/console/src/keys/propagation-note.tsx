import type { Propagation } from '@keywright/core/contract/common.ts'
import { keysText } from '../text/keys.ts'
import { exactTime } from '../util/time.ts'
import { Banner } from '../ui/banner.tsx'

/** Who refuses by now, and who may still accept until when: the answer of a change with `confirm`. */
export function PropagationNote({ propagation, title }: { propagation: Propagation | undefined; title: string }) {
  if (propagation === undefined) return <Banner tone="success" live title={title} />
  const { summary, mayAcceptUntil } = propagation
  return (
    <Banner tone={mayAcceptUntil.length === 0 ? 'success' : 'warning'} live title={title}>
      <p>{keysText.propagation.title(summary)}.</p>
      {mayAcceptUntil.length > 0 && (
        <ul className="mt-1 list-disc pl-4">
          {mayAcceptUntil.map(({ verifier, until }) => (
            <li key={verifier}>
              {until === null ? keysText.propagation.mayAcceptUnknown(verifier) : keysText.propagation.mayAccept(verifier, exactTime(Date.parse(until)))}
            </li>
          ))}
        </ul>
      )}
    </Banner>
  )
}
