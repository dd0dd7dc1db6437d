import { cx } from '../util/class-names.ts'

/** Ids, addresses, scopes. */
export function Mono({ children, className }: { children: string; className?: string }) {
  return <code className={cx('font-mono text-[0.8125rem] break-all', className)}>{children}</code>
}

/** The hint of a secret (`ucd_...Xy9z`): the prefix is seen at a glance. */
export function Hint({ hint }: { hint: string }) {
  const match = /^(.*?)([^\w]+)(\w*)$/u.exec(hint)
  return (
    <code className="inline-flex items-baseline rounded-md bg-sunken px-1.5 py-0.5 font-mono text-[0.8125rem] whitespace-nowrap ring-1 ring-line ring-inset">
      {match === null ? (
        hint
      ) : (
        <>
          <span className="font-semibold text-accent-ink">{match[1]}</span>
          <span className="text-ink-faint">{match[2]}</span>
          {match[3]}
        </>
      )}
    </code>
  )
}

export function Kbd({ children }: { children: string }) {
  return <kbd className="rounded border border-line-strong bg-sunken px-1.5 py-px font-sans text-[0.6875rem] text-ink-faint">{children}</kbd>
}
