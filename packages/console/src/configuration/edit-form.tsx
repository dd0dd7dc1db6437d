import { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import type { ReactNode } from 'react'
import { LeaveGuard } from '../components/leave-guard.tsx'
import { text } from '../text/common.ts'
import { configurationText } from '../text/configuration.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { Form, FormActions } from '../ui/form.tsx'
import { Problem } from '../ui/problem.tsx'
import { withoutPlace } from './draft-text.ts'
import { ImpactDialog } from './impact-dialog.tsx'
import type { useApply, Wanted } from './use-apply.ts'

interface Props {
  save: ReturnType<typeof useApply>
  wanted: () => Wanted
  etag: string | null
  /** Asks before it is left. */
  changed: boolean
  /** Of a new thing: why it may not be made, although the file would. */
  refusal?: string | null
  onReload: () => void
  children: ReactNode
}

/** A form whose saving is a change of the configuration: mistakes at their fields, then the impact, then the change. */
export function EditForm({ save, wanted, etag, changed, refusal = null, onReload, children }: Props) {
  const stale = save.error?.code === 'precondition_failed'
  const clash = refusal !== null && save.changes?.some(({ kind, section }) => kind === 'changed' && (section === 'keyTypes' || section === 'apis')) === true
  return (
    <Form error={save.changes === null && !stale ? atFields(save.error) : null} onSubmit={() => void save.foresee(wanted())} className="gap-6">
      <LeaveGuard active={changed} said={text.unsaved} />
      {stale && save.error !== null && save.changes === null && <Problem error={save.error} onReload={onReload} />}
      {clash && <Banner tone="danger">{refusal}</Banner>}
      {children}
      <p className="text-xs text-ink-faint">{configurationText.common.inFile}</p>
      <FormActions>
        <Button type="submit" variant="primary" loading={save.isPending && save.changes === null}>
          {configurationText.common.save}
        </Button>
      </FormActions>
      <ImpactDialog
        changes={clash ? null : save.changes}
        onClose={save.close}
        onApply={() => void save.apply(etag)}
        isPending={save.isPending}
        error={save.error}
      />
    </Form>
  )
}

/** The server names fields from the top of the file; a form knows its own. */
function atFields(error: KeywrightError | null): KeywrightError | null {
  if (error === null || error.errors.length === 0) return error
  const { code, message, status, requestId, support, extra } = error
  return new KeywrightError({
    code,
    detail: message,
    status,
    requestId,
    support,
    extra: { ...extra },
    errors: error.errors.map((each) => ({ ...each, path: withoutPlace(each.path) })),
  })
}
