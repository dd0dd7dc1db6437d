import { Search } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { Kbd } from './mono.tsx'
import { cx } from '../util/class-names.ts'

/** Filters a list while one types; `/` goes to it from anywhere on the page, Escape empties it. */
export function SearchField({
  value,
  onValueChange,
  label,
  placeholder,
  className,
}: {
  value: string
  onValueChange: (value: string) => void
  label: string
  placeholder?: string
  className?: string
}) {
  const input = useRef<HTMLInputElement>(null)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  // While one types; otherwise the filter as it stands, which Back and other links change too.
  const [draft, setDraft] = useState<string | null>(null)
  const type = (next: string, waitMs = 200): void => {
    setDraft(next)
    clearTimeout(timer.current)
    timer.current = setTimeout(() => onValueChange(next), waitMs)
  }
  const leave = (): void => {
    clearTimeout(timer.current)
    if (draft !== null && draft !== value) onValueChange(draft)
    setDraft(null)
  }
  useEffect(() => {
    const focus = (event: KeyboardEvent): void => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
      event.preventDefault()
      input.current?.focus()
    }
    document.addEventListener('keydown', focus)
    return () => document.removeEventListener('keydown', focus)
  }, [])
  return (
    <div className={cx('relative', className)}>
      <Search aria-hidden="true" className="pointer-events-none absolute inset-y-0 left-3 my-auto size-4 text-ink-faint" />
      <input
        ref={input}
        type="search"
        value={draft ?? value}
        aria-label={label}
        placeholder={placeholder ?? label}
        className="peer h-9 w-full rounded-lg border border-field-line bg-surface pr-9 pl-9 text-base shadow-xs placeholder:text-ink-faint focus-visible:outline-offset-0 sm:text-sm"
        onChange={(event) => type(event.target.value)}
        onBlur={leave}
        onKeyDown={(event) => event.key === 'Escape' && type('', 0)}
      />
      <span aria-hidden="true" className="pointer-events-none absolute inset-y-0 right-2.5 my-auto hidden h-fit sm:peer-[:placeholder-shown:not(:focus)]:block">
        <Kbd>/</Kbd>
      </span>
    </div>
  )
}

export function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
}
