import type { ReactNode } from 'react'
import { Mark } from '../ui/mark.tsx'
import { useTitle } from '../ui/use-title.ts'

/** The frame of pages before there is a session: one card, nothing else. */
export function EntryFrame({ title, lead, foot, children }: { title: string; lead?: ReactNode; foot?: ReactNode; children?: ReactNode }) {
  useTitle(title)
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-8 sm:justify-center sm:py-12">
      <header className="mb-6">
        <Mark large />
      </header>
      <main className="w-full max-w-[26rem] rounded-2xl border border-line bg-surface p-6 shadow-xs sm:p-8">
        <h1 className="text-xl font-semibold tracking-tight text-balance">{title}</h1>
        {lead !== undefined && <div className="mt-1 text-sm text-pretty text-ink-soft">{lead}</div>}
        {children !== undefined && <div className="mt-6">{children}</div>}
      </main>
      {foot !== undefined && <footer className="mt-6 max-w-[26rem] text-center text-xs text-pretty text-ink-faint">{foot}</footer>}
    </div>
  )
}
