import { KEY_STATUSES } from '@keywright/core/lifecycle.ts'
import { X } from 'lucide-react'
import type { OfferedType } from './offered-type.ts'
import { useSearch } from '../hooks/use-search.ts'
import { text } from '../text/common.ts'
import { keysText } from '../text/keys.ts'
import { Button } from '../ui/button.tsx'
import { Select } from '../ui/input.tsx'
import { SearchField } from '../ui/search-field.tsx'

const NAMES = ['type', 'status', 'environment', 'tag', 'q'] as const
type Name = (typeof NAMES)[number]

export interface Filters {
  values: Record<Name, string>
  set: (change: Partial<Record<Name, string>>) => void
  /** True while anything is left out beside removed keys. */
  isSet: boolean
  clear: () => void
}

/** The filters of a page of keys; they live in its address. */
export function useKeyFilters(): Filters {
  const [values, set] = useSearch(...NAMES)
  return { values, set, isSet: NAMES.some((name) => values[name] !== ''), clear: () => set(Object.fromEntries(NAMES.map((name) => [name, '']))) }
}

/** What the list asks for where no status is chosen: what is removed is only history. */
export const NOT_REMOVED = KEY_STATUSES.filter((status) => status !== 'removed').join(',')

export function KeyFilters({ types, filters: { values, set, isSet, clear } }: { types: readonly OfferedType[]; filters: Filters }) {
  const environments = [...new Set(types.flatMap((each) => each.environments))]
  return (
    <div role="search" className="flex flex-wrap items-center gap-2">
      <SearchField value={values.q} onValueChange={(q) => set({ q })} label={keysText.list.search} className="min-w-0 flex-1 basis-56 max-sm:basis-full" />
      {types.length > 1 && (
        <Select
          aria-label={keysText.list.type}
          className="max-w-56 max-sm:min-w-32 max-sm:flex-1"
          value={values.type}
          onValueChange={(type) => set({ type })}
          placeholder={keysText.list.everyType}
          choices={types.map(({ slug, label }) => ({ value: slug, label }))}
        />
      )}
      {environments.length > 1 && (
        <Select
          aria-label={keysText.list.environment}
          className="max-sm:min-w-32 max-sm:flex-1"
          value={values.environment}
          onValueChange={(environment) => set({ environment })}
          placeholder={keysText.list.everyEnvironment}
          choices={environments.map((each) => ({ value: each, label: each }))}
        />
      )}
      <Select
        aria-label={keysText.list.status}
        className="max-sm:min-w-32 max-sm:flex-1"
        value={values.status}
        onValueChange={(status) => set({ status })}
        placeholder={keysText.list.everyStatus}
        choices={KEY_STATUSES.map((each) => ({ value: each, label: text.statuses[each] ?? each }))}
      />
      {values.tag !== '' && (
        <Button size="small" aria-label={keysText.list.clearTag(values.tag)} onClick={() => set({ tag: '' })}>
          {keysText.list.tag(values.tag)}
          <X aria-hidden="true" className="size-3.5" />
        </Button>
      )}
      {isSet && (
        <Button variant="ghost" onClick={clear}>
          {keysText.list.clear}
        </Button>
      )}
    </div>
  )
}
