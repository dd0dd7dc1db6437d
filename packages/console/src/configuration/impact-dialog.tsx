import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import type { Answer } from '../api/contract.ts'
import { configurationText } from '../text/configuration.ts'
import { Badge } from '../ui/badge.tsx'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { FormActions } from '../ui/form.tsx'
import { Problem } from '../ui/problem.tsx'
import { listChange, printValue } from './changes.ts'

export type Changes = Answer<'configuration.diff'>['changes']
type Change = Changes[number]

interface Props {
  /** Null: closed. */
  changes: Changes | null
  onClose: () => void
  onApply: () => void
  isPending: boolean
  error: KeywrightError | null
}

/** What saving would do, to whom, before it is done. */
export function ImpactDialog({ changes, onClose, onApply, isPending, error }: Props) {
  const { impact } = configurationText
  const nothing = changes?.length === 0
  return (
    <Dialog open={changes !== null} onOpenChange={(open) => !open && onClose()} title={impact.title} wide>
      {changes !== null && (
        <>
          {error !== null && <Problem error={error} />}
          {nothing ? <p className="text-sm text-ink-soft">{impact.none}</p> : <ImpactList changes={changes} />}
          <FormActions>
            {!nothing && (
              <Button variant="primary" loading={isPending} onClick={onApply}>
                {impact.apply}
              </Button>
            )}
            <Button variant="ghost" onClick={onClose}>
              {impact.back}
            </Button>
          </FormActions>
        </>
      )}
    </Dialog>
  )
}

export function ImpactList({ changes }: { changes: Changes }) {
  return (
    <ul className="flex max-h-[60vh] flex-col gap-4 overflow-y-auto">
      {changes.map((change) => (
        <li key={`${change.section} ${change.slug}`} className="rounded-lg border border-line">
          <ChangeCard change={change} />
        </li>
      ))}
    </ul>
  )
}

function ChangeCard({ change }: { change: Change }) {
  const { impact } = configurationText
  return (
    <div className="flex flex-col gap-3 p-4 text-sm">
      <div className="flex flex-wrap items-center gap-2">
        <span className="text-ink-faint">{impact.sections[change.section] ?? change.section}</span>
        <span className="font-mono font-medium">{change.slug}</span>
        <Badge tone={change.kind === 'created' ? 'success' : 'accent'}>{impact.kinds[change.kind]}</Badge>
      </div>
      {(change.section === 'keyTypes' || change.section === 'apis' || change.section === 'addressLists') && (
        <Banner tone={change.keys === 0 ? 'info' : 'warning'} title={impact.touches(change.keys, change.organizations)}>
          {change.effect.length === 0 ? undefined : (
            <ul className="flex list-disc flex-col gap-0.5 pl-4">
              {change.effect.map((sentence) => (
                <li key={sentence}>{sentence}</li>
              ))}
            </ul>
          )}
        </Banner>
      )}
      {change.fields.length > 0 && <Fields fields={change.fields} />}
    </div>
  )
}

function Fields({ fields }: { fields: Change['fields'] }) {
  const { impact } = configurationText
  return (
    <div className="overflow-x-auto">
      <table className="w-full text-left text-xs">
        <thead className="text-ink-faint">
          <tr>
            {[impact.field, impact.from, impact.to].map((head) => (
              <th key={head} scope="col" className="pr-4 pb-1 font-medium">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="align-top">
          {fields.map(({ path, from, to }) => {
            const lists = listChange(from, to)
            return (
              <tr key={path} className="border-t border-line">
                <th scope="row" className="py-1.5 pr-4 font-mono font-normal whitespace-nowrap">
                  {path}
                </th>
                <td className="py-1.5 pr-4 break-words text-danger-ink">{lists === null ? printValue(from) : <Listed sign="−" items={lists.removed} />}</td>
                <td className="py-1.5 break-words text-success-ink">{lists === null ? printValue(to) : <Listed sign="+" items={lists.added} />}</td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function Listed({ sign, items }: { sign: string; items: readonly string[] }) {
  return items.map((item) => (
    <span key={item} className="block">
      {sign} {item}
    </span>
  ))
}
