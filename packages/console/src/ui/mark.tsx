import { text } from '../text/common.ts'

/** Name and sign of the product. */
export function Mark({ large = false }: { large?: boolean }) {
  return (
    <span className={`inline-flex items-center font-semibold tracking-tight ${large ? 'gap-2.5 text-lg' : 'gap-2 text-sm'}`}>
      <svg aria-hidden="true" viewBox="0 0 32 32" className={large ? 'size-8' : 'size-6'}>
        <rect width="32" height="32" rx="8" className="fill-accent" />
        <g fill="none" stroke="#fff" strokeWidth="2.6" strokeLinecap="round" strokeLinejoin="round">
          <circle cx="12" cy="16" r="4.2" />
          <path d="M16.2 16H25v3.6M21 16v2.6" />
        </g>
      </svg>
      {text.product}
    </span>
  )
}
