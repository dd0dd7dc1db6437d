import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

export interface Tab {
  value: string
  label: ReactNode
  content: ReactNode
}

export function Tabs({ tabs, value, onValueChange, label }: { tabs: readonly Tab[]; value: string; onValueChange: (value: string) => void; label: string }) {
  return (
    <Base.Root value={value} onValueChange={(next: string) => onValueChange(next)}>
      <Base.List aria-label={label} className="relative -mx-1 flex gap-1 overflow-x-auto border-b border-line px-1">
        {tabs.map((tab) => (
          <Base.Tab
            key={tab.value}
            value={tab.value}
            className="-mb-px border-b-2 border-transparent px-2.5 py-2 text-sm font-medium whitespace-nowrap text-ink-soft outline-offset-[-3px] hover:text-ink data-[active]:border-accent-ink data-[active]:text-ink"
          >
            {tab.label}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map((tab) => (
        <Base.Panel key={tab.value} value={tab.value} className="pt-5">
          {tab.content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
