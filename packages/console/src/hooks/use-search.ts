import { useNavigate, useSearch as useRouterSearch } from '@tanstack/react-router'

/**
 * Filters that live in the address: `const [search, setSearch] = useSearch('q', 'status')`. Each is text, `''` when absent.
 * Setting replaces the entry of the history, so that Back leaves the page.
 */
export function useSearch<Name extends string>(...names: readonly Name[]): [Record<Name, string>, (change: Partial<Record<Name, string>>) => void] {
  const all: Readonly<Record<string, unknown>> = useRouterSearch({ strict: false })
  const navigate = useNavigate()
  const values = Object.fromEntries(names.map((name) => [name, typeof all[name] === 'string' ? all[name] : ''])) as Record<Name, string>
  const set = (change: Partial<Record<Name, string>>): void => {
    const next = Object.fromEntries(Object.entries({ ...all, ...change }).filter(([, value]) => value !== '' && value !== undefined))
    void navigate({ to: '.', search: next as never, replace: true, resetScroll: false })
  }
  return [values, set]
}
