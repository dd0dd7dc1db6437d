import { Toast as Base } from '@base-ui/react/toast'
import { CircleAlert, CircleCheck, X } from 'lucide-react'
import { text } from '../text/common.ts'

const manager = Base.createToastManager()

/** A short word about what was done, from anywhere. It goes by itself, so nothing that is needed later may stand in it. */
export function toast(title: string, options: { description?: string; tone?: 'success' | 'danger' } = {}): void {
  manager.add({
    title,
    type: options.tone ?? 'success',
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.tone === 'danger' ? { priority: 'high' as const, timeout: 10_000 } : {}),
  })
}

export function Toasts() {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      <Base.Portal>
        <Base.Viewport className="fixed right-0 bottom-0 z-50 flex w-full flex-col gap-2 p-4 sm:w-96">
          <List />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  )
}

function List() {
  const { toasts } = Base.useToastManager()
  return toasts.map((each) => (
    <Base.Root
      key={each.id}
      toast={each}
      className="flex items-start gap-3 rounded-xl border border-line bg-raised px-4 py-3 shadow-menu transition-[opacity,translate] duration-150 data-[ending-style]:opacity-0 data-[starting-style]:translate-y-2 data-[starting-style]:opacity-0"
    >
      {each.type === 'danger' ? (
        <CircleAlert aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-danger-ink" />
      ) : (
        <CircleCheck aria-hidden="true" className="mt-0.5 size-4 shrink-0 text-success-ink" />
      )}
      <div className="min-w-0 flex-1">
        <Base.Title className="text-sm font-medium" />
        <Base.Description className="text-sm text-ink-soft" />
      </div>
      <Base.Close
        aria-label={text.close}
        className="-mr-1.5 inline-flex size-6 items-center justify-center rounded text-ink-faint hover:bg-hover hover:text-ink"
      >
        <X aria-hidden="true" className="size-3.5" />
      </Base.Close>
    </Base.Root>
  ))
}
