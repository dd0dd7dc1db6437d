import { Menu as Base } from '@base-ui/react/menu'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Link } from './link.tsx'
import { text } from '../text/common.ts'
import { cx } from '../util/class-names.ts'

export type MenuItem =
  | { kind?: 'command'; label: ReactNode; icon?: ReactNode; onSelect: () => void; danger?: boolean; disabledReason?: string | undefined }
  | { kind: 'link'; label: ReactNode; icon?: ReactNode; to: string }
  | { kind: 'choice'; label: ReactNode; value: string; options: readonly { value: string; label: string }[]; onChange: (value: string) => void }
  | { kind: 'separator' }

const ITEM =
  'flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left text-sm outline-none data-[highlighted]:bg-hover data-[disabled]:text-ink-faint'

/** Commands behind a button. What is not allowed stays in the list, disabled, with its reason. */
export function Menu({
  trigger,
  items,
  align = 'end',
  side = 'bottom',
}: {
  trigger: ReactElement
  items: readonly MenuItem[]
  align?: 'start' | 'end'
  side?: 'top' | 'bottom'
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner role="region" aria-label={text.menu} align={align} side={side} sideOffset={6} className="z-50">
          <Base.Popup className="max-w-80 min-w-48 rounded-xl border border-line bg-raised p-1.5 shadow-menu transition-opacity duration-100 outline-none data-[ending-style]:opacity-0 data-[starting-style]:opacity-0">
            {items.map((item, index) => (
              // The list does not change while it is open.
              // oxlint-disable-next-line react/no-array-index-key
              <Entry key={index} item={item} />
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

function Entry({ item }: { item: MenuItem }) {
  if (item.kind === 'separator') return <Base.Separator className="mx-1 my-1.5 h-px bg-line" />
  if (item.kind === 'link') {
    return (
      <Base.Item render={<Link to={item.to} />} className={ITEM}>
        {item.icon}
        {item.label}
      </Base.Item>
    )
  }
  if (item.kind === 'choice') {
    return (
      <Base.RadioGroup value={item.value} onValueChange={(value: string) => item.onChange(value)}>
        <div aria-hidden="true" className="px-2.5 pt-1 pb-1 text-xs text-ink-faint">
          {item.label}
        </div>
        {item.options.map(({ value, label }) => (
          <Base.RadioItem key={value} value={value} closeOnClick={false} className={ITEM}>
            <span className="flex size-4 items-center justify-center">
              <Base.RadioItemIndicator>
                <Check aria-hidden="true" className="size-4" />
              </Base.RadioItemIndicator>
            </span>
            {label}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    )
  }
  return (
    <Base.Item
      className={cx(ITEM, item.danger === true && item.disabledReason === undefined && 'text-danger-ink')}
      disabled={item.disabledReason !== undefined}
      onClick={item.onSelect}
    >
      {item.icon}
      <span className="min-w-0">
        {item.label}
        {item.disabledReason !== undefined && <span className="block text-xs whitespace-normal text-ink-faint">{item.disabledReason}</span>}
      </span>
    </Base.Item>
  )
}
