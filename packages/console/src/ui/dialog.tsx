import { Dialog as Base } from '@base-ui/react/dialog'
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { text } from '../text/common.ts'
import { cx } from '../util/class-names.ts'

interface Props {
  open: boolean
  onOpenChange: (open: boolean) => void
  title: ReactNode
  description?: ReactNode
  children?: ReactNode
  /** Wide for tables and code. */
  wide?: boolean
  /** A stray click beside it or Escape does not close it: for what is shown once. */
  persistent?: boolean
}

const BACKDROP =
  'fixed inset-0 z-40 bg-black/40 backdrop-blur-[1px] transition-opacity duration-150 data-[ending-style]:opacity-0 data-[starting-style]:opacity-0'

/** Asks or shows something in front of the page. Focus goes in, stays, and returns. */
export function Dialog({ open, onOpenChange, title, description, children, wide = false, persistent = false }: Props) {
  return (
    <Base.Root
      open={open}
      disablePointerDismissal={persistent}
      onOpenChange={(next, details) => {
        if (!next && persistent && details.reason === 'escape-key') details.cancel()
        else onOpenChange(next)
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Viewport className="fixed inset-0 z-40 grid grid-cols-[minmax(0,1fr)] items-end justify-items-center overflow-y-auto p-0 sm:items-start sm:p-6 sm:pt-[12vh]">
          <Base.Popup
            className={cx(
              'flex w-full flex-col gap-4 rounded-t-2xl border border-line bg-raised p-5 shadow-menu transition-[opacity,translate] duration-150 outline-none data-[ending-style]:translate-y-2 data-[ending-style]:opacity-0 data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0 sm:rounded-xl sm:p-6',
              wide ? 'sm:max-w-3xl' : 'sm:max-w-lg',
            )}
          >
            <div className="flex items-start justify-between gap-4">
              <div className="min-w-0">
                <Base.Title className="text-base font-semibold text-balance">{title}</Base.Title>
                {description !== undefined && (
                  <Base.Description render={<div />} className="mt-1 text-sm text-ink-soft">
                    {description}
                  </Base.Description>
                )}
              </div>
              {!persistent && (
                <Base.Close
                  aria-label={text.close}
                  className="-mt-1 -mr-2 inline-flex size-8 shrink-0 items-center justify-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
                >
                  <X aria-hidden="true" className="size-4" />
                </Base.Close>
              )}
            </div>
            {children}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  )
}

/** A page's side in front of it: navigation on phones, details of a row. */
export function Sheet({
  open,
  onOpenChange,
  title,
  titleHidden = false,
  side = 'right',
  children,
}: Props & { side?: 'left' | 'right'; titleHidden?: boolean }) {
  return (
    <Base.Root open={open} onOpenChange={onOpenChange}>
      <Base.Portal>
        <Base.Backdrop className={BACKDROP} />
        <Base.Popup
          className={cx(
            'fixed inset-y-0 z-40 flex w-[min(28rem,calc(100vw-3rem))] flex-col overflow-y-auto border-line bg-surface shadow-menu transition-transform duration-200 outline-none',
            side === 'left'
              ? 'left-0 w-[min(17rem,calc(100vw-3rem))] border-r data-[ending-style]:-translate-x-full data-[starting-style]:-translate-x-full'
              : 'right-0 border-l data-[ending-style]:translate-x-full data-[starting-style]:translate-x-full',
          )}
        >
          <div className={titleHidden ? 'sr-only' : 'flex items-center justify-between gap-4 border-b border-line px-5 py-3'}>
            <Base.Title className="text-base font-semibold">{title}</Base.Title>
            <Base.Close
              aria-label={text.close}
              className="-mr-2 inline-flex size-8 items-center justify-center rounded-md text-ink-faint hover:bg-hover hover:text-ink"
            >
              <X aria-hidden="true" className="size-4" />
            </Base.Close>
          </div>
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}
