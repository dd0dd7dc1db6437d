import { Link as RouterLink } from '@tanstack/react-router'
import type { ComponentProps } from 'react'

export type LinkProps = Omit<ComponentProps<'a'>, 'href'> & { to: string; exact?: boolean }

/** A link within the console; `to` comes from `pathTo`. The link to the page one is on has `aria-current`. */
export function Link({ to, exact = false, ...rest }: LinkProps) {
  // Typed links of the router would need every page's module in the first load's types; `paths.ts` is the type here.
  const [path, query] = to.split('?')
  const search = Object.fromEntries(new URLSearchParams(query ?? ''))
  return <RouterLink {...(rest as object)} to={path as never} search={search as never} activeOptions={{ exact, includeSearch: false }} />
}

/** A link in running text. */
export function TextLink({ className = '', ...rest }: LinkProps) {
  return (
    <Link {...rest} className={`font-medium text-accent-ink underline decoration-accent-ink/35 underline-offset-2 hover:decoration-accent-ink ${className}`} />
  )
}
