import { X } from 'lucide-react'
import { AREAS, auditText, INSTALLATION_AREAS } from '../text/audit.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Input, Select } from '../ui/input.tsx'
import { SearchField } from '../ui/search-field.tsx'
import type { AuditEvent } from './audit-log.tsx'
import { actorName } from './describe-event.ts'
import { type AuditFilters, isBackwards, isFiltered, NO_FILTERS } from './filters.ts'

interface Props {
  filters: AuditFilters
  onChange: (change: Partial<AuditFilters>) => void
  installation: boolean
  /** Those on the page: they know the name of an actor. */
  events: readonly AuditEvent[]
}

export function AuditFilterBar({ filters, onChange, installation, events }: Props) {
  const areas = installation ? { ...AREAS, ...INSTALLATION_AREAS } : AREAS
  const known = Object.hasOwn(areas, filters.action)
  const actor = events.find((event) => event.actor.id === filters.actor)?.actor
  const chips = [
    { name: 'actor' as const, label: auditText.byActor(actor === undefined ? filters.actor : actorName(actor)) },
    { name: 'subject' as const, label: auditText.aboutSubject(filters.subject) },
  ].filter(({ name }) => filters[name] !== '')
  return (
    <div role="group" aria-label={auditText.filters} className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <SearchField label={auditText.search} value={filters.q} onValueChange={(q) => onChange({ q })} className="min-w-0 flex-1 basis-64" />
        <Field label={auditText.area} labelHidden>
          <Select
            className="w-44"
            value={filters.action}
            onValueChange={(action) => onChange({ action })}
            choices={[
              { value: '', label: auditText.everything },
              ...Object.entries(areas).map(([value, label]) => ({ value, label })),
              ...(filters.action === '' || known ? [] : [{ value: filters.action, label: filters.action }]),
            ]}
          />
        </Field>
        <div className="flex items-center gap-2 text-sm text-ink-soft">
          <Field label={auditText.from} labelHidden>
            <Input type="date" className="w-38 max-sm:w-34" value={filters.from} onValueChange={(from) => onChange({ from })} />
          </Field>
          <span aria-hidden="true">–</span>
          <Field label={auditText.to} labelHidden>
            <Input type="date" className="w-38 max-sm:w-34" value={filters.to} onValueChange={(to) => onChange({ to })} />
          </Field>
        </div>
      </div>
      {isBackwards(filters) && <Banner tone="warning">{auditText.backwards}</Banner>}
      {isFiltered(filters) && (
        <div className="flex flex-wrap items-center gap-2">
          {chips.map(({ name, label }) => (
            <button
              key={name}
              type="button"
              aria-label={auditText.removeFilter(label)}
              className="inline-flex h-7 max-w-full items-center gap-1.5 rounded-full bg-accent-soft px-2.5 text-xs font-medium text-accent-ink ring-1 ring-accent-ink/25 ring-inset hover:ring-accent-ink"
              onClick={() => onChange({ [name]: '' })}
            >
              <span className="truncate">{label}</span>
              <X aria-hidden="true" className="size-3.5 shrink-0" />
            </button>
          ))}
          <Button size="small" variant="ghost" onClick={() => onChange(NO_FILTERS)}>
            {auditText.clear}
          </Button>
        </div>
      )}
    </div>
  )
}
