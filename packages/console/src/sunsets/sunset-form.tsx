import { useState } from 'react'
import { etagOf } from '../api/call.ts'
import type { Answer } from '../api/contract.ts'
import { useCommand, useRead } from '../api/hooks.ts'
import { listIn, textIn } from '../configuration/draft-text.ts'
import { ImpactDialog } from '../configuration/impact-dialog.tsx'
import { useApply } from '../configuration/use-apply.ts'
import { sunsetsText } from '../text/sunsets.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { Form, FormActions } from '../ui/form.tsx'
import { Input, Select } from '../ui/input.tsx'
import { Section } from '../ui/layout.tsx'
import { Problem } from '../ui/problem.tsx'
import { endOfDay, exactTime } from '../util/time.ts'
import { SunsetPreview } from './sunset-preview.tsx'
import { daysIn, rulesWith } from './timeline.ts'

type StoredType = Answer<'key-types.list'>['items'][number]
type Preview = Answer<'key-types.preview-sunset'>

interface Draft {
  type: string
  origin: string
  deprecatedAt: string
  retiredAt: string
  successor: string
  noticeDays: string
}

const instantOf = (day: string): string | null => {
  const end = endOfDay(day)
  return end === null ? null : new Date(end).toISOString()
}

/** Type, dates and notices; then whom it hits; then, by the impact, the type itself. */
export function SunsetForm({ types, type }: { types: readonly StoredType[]; type: string }) {
  const text = sunsetsText
  const [draft, setDraft] = useState<Draft>({ type, origin: '', deprecatedAt: '', retiredAt: '', successor: '', noticeDays: '90, 30, 7, 1' })
  const [mistakes, setMistakes] = useState<readonly { path: string; code: string; message: string }[]>([])
  const [asked, setAsked] = useState<Rule | null>(null)
  const change = (part: Partial<Draft>): void => setDraft((before) => ({ ...before, ...part }))
  const preview = useCommand('key-types.preview-sunset', { refreshes: [] })
  const choices = types.map(({ keyType }) => ({ value: textIn(keyType, 'slug'), label: textIn(keyType, 'label') || textIn(keyType, 'slug') }))
  const submit = (): void => {
    const found = [
      ...(draft.type === '' ? [{ path: 'type', code: 'required', message: text.typeMissing }] : []),
      ...(['deprecatedAt', 'retiredAt'] as const)
        .filter((name) => instantOf(draft[name]) === null)
        .map((path) => ({ path, code: 'required', message: text.dayMissing })),
    ]
    setMistakes(found)
    if (found.length > 0) return
    const rule = ruleOf(draft)
    setAsked(rule)
    preview.mutate({ type: draft.type, ...rule, limit: 50 } as never)
  }
  const day = (name: 'deprecatedAt' | 'retiredAt') => {
    const instant = instantOf(draft[name])
    return (
      <Field label={text[name]} name={name} hint={instant === null ? undefined : text.exact(exactTime(Date.parse(instant)))}>
        <Input type="date" value={draft[name]} onValueChange={(value) => change({ [name]: value })} />
      </Field>
    )
  }
  return (
    <>
      <Section title={text.plan}>
        <Form error={preview.error} errors={mistakes} onSubmit={submit}>
          <div className="grid items-start gap-5 sm:grid-cols-2">
            <Field label={text.type} name="type">
              <Select value={draft.type} onValueChange={(value) => change({ type: value })} choices={choices} placeholder={text.chooseType} />
            </Field>
            <Field label={text.origin} name="origin" hint={text.originHint} optional>
              <Input mono value={draft.origin} onValueChange={(origin) => change({ origin })} autoComplete="off" spellCheck={false} />
            </Field>
            {day('deprecatedAt')}
            {day('retiredAt')}
            <Field label={text.successor} name="successor">
              <Select
                value={draft.successor}
                onValueChange={(successor) => change({ successor })}
                choices={choices.filter(({ value }) => value !== draft.type)}
                placeholder={text.noSuccessor}
              />
            </Field>
            <Field label={text.noticeDays} name="noticeDays" hint={text.noticeDaysHint}>
              <Input value={draft.noticeDays} onValueChange={(noticeDays) => change({ noticeDays })} />
            </Field>
          </div>
          <FormActions>
            <Button type="submit" variant="primary" loading={preview.isPending}>
              {text.preview}
            </Button>
          </FormActions>
        </Form>
      </Section>
      {preview.data !== undefined && asked !== null && <Decide key={JSON.stringify([preview.data.type, asked])} preview={preview.data} rule={asked} />}
    </>
  )
}

type Rule = ReturnType<typeof ruleOf>

function ruleOf(draft: Draft) {
  return {
    ...(draft.origin.trim() === '' ? {} : { origin: draft.origin.trim() }),
    deprecatedAt: instantOf(draft.deprecatedAt) ?? '',
    retiredAt: instantOf(draft.retiredAt) ?? '',
    ...(draft.successor === '' ? {} : { successor: draft.successor }),
    noticeDays: daysIn(draft.noticeDays),
  }
}

/** Saves the rule that was looked at, into the type as it was then. */
function Decide({ preview, rule }: { preview: Preview; rule: Rule }) {
  const type = useRead('key-types.get', { type: preview.type })
  const save = useApply(() => undefined)
  const stored = type.data
  const wanted = stored && { ...stored.keyType, sunset: rulesWith(listIn(stored.keyType, 'sunset') as Record<string, unknown>[], rule) }
  return (
    <SunsetPreview preview={preview} rule={rule}>
      {save.error !== null && save.changes === null && <Problem error={save.error} />}
      <Button variant="primary" loading={save.isPending || wanted === undefined} onClick={() => wanted && void save.foresee({ keyType: wanted })}>
        {sunsetsText.save}
      </Button>
      <ImpactDialog changes={save.changes} onClose={save.close} onApply={() => void save.apply(etagOf(stored))} isPending={save.isPending} error={save.error} />
    </SunsetPreview>
  )
}
