import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { Button, IconButton } from './button.tsx'
import { text } from '../text/common.ts'

function useCopy(value: string): [boolean, () => void] {
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return undefined
    const timer = setTimeout(() => setCopied(false), 2000)
    return () => clearTimeout(timer)
  }, [copied])
  return [copied, () => void navigator.clipboard.writeText(value).then(() => setCopied(true))]
}

/** Copies and says so. */
export function CopyButton({
  value,
  label = text.copy,
  variant = 'secondary',
  size = 'medium',
  onCopied,
}: {
  value: string
  label?: string
  variant?: 'primary' | 'secondary' | 'ghost'
  size?: 'small' | 'medium'
  onCopied?: () => void
}) {
  const [copied, copy] = useCopy(value)
  return (
    <Button
      variant={variant}
      size={size}
      icon={copied ? <Check aria-hidden="true" className="size-4" /> : <Copy aria-hidden="true" className="size-4" />}
      onClick={() => {
        copy()
        onCopied?.()
      }}
    >
      <span aria-live="polite">{copied ? text.copied : label}</span>
    </Button>
  )
}

/** The same as an icon, beside what it copies. */
export function CopyIcon({ value, label = text.copy }: { value: string; label?: string }) {
  const [copied, copy] = useCopy(value)
  return (
    <IconButton label={copied ? text.copied : label} className="size-7" onClick={copy}>
      {copied ? <Check aria-hidden="true" className="size-3.5 text-success-ink" /> : <Copy aria-hidden="true" className="size-3.5" />}
    </IconButton>
  )
}

/** A command or a file to take away. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <figure className="overflow-hidden rounded-lg border border-line bg-sunken">
      <figcaption className="flex items-center justify-between border-b border-line py-1 pr-1 pl-3 text-xs text-ink-faint">
        {label}
        <CopyIcon value={code} />
      </figcaption>
      <pre tabIndex={0} aria-label={label} className="overflow-x-auto p-3 font-mono text-xs leading-relaxed">
        <code>{code}</code>
      </pre>
    </figure>
  )
}
