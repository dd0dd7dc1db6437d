import { useState } from 'react'
import type { KeywrightError } from '@keywright/sdk/client/keywright-error.ts'
import { call, isKeywrightError } from '../../api/call.ts'
import type { Answer } from '../../api/contract.ts'
import { OperatorsOnly } from '../../operator/operators-only.tsx'
import { pathTo } from '../../paths.ts'
import { lookUpText } from '../../text/operator.ts'
import { StatusPill } from '../../ui/badge.tsx'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { Field } from '../../ui/field.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { PasswordInput } from '../../ui/input.tsx'
import { KeyValue, PageHeader, Section } from '../../ui/layout.tsx'
import { TextLink } from '../../ui/link.tsx'
import { Hint } from '../../ui/mono.tsx'
import { Time } from '../../ui/time.tsx'

type Found = Answer<'secrets.identify'>

export function Page() {
  return (
    <OperatorsOnly>
      <PageHeader title={lookUpText.title} description={lookUpText.description} />
      <LookUp />
    </OperatorsOnly>
  )
}

/** The secret is in this state until it is answered, and in no cache, address or storage. */
function LookUp() {
  const [secret, setSecret] = useState('')
  const [found, setFound] = useState<Found | null>(null)
  const [error, setError] = useState<KeywrightError | null>(null)
  const [missing, setMissing] = useState(false)
  const [isPending, setPending] = useState(false)
  const submit = async (): Promise<void> => {
    const asked = secret.trim()
    setMissing(asked === '')
    if (asked === '' || isPending) return
    setPending(true)
    setError(null)
    setFound(null)
    try {
      setFound(await call('secrets.identify', { secret: asked }))
      setSecret('')
    } catch (reason) {
      if (!isKeywrightError(reason)) throw reason
      setError(reason)
    } finally {
      setPending(false)
    }
  }
  return (
    <div className="flex max-w-2xl flex-col gap-5">
      <Section>
        <Form error={error} onSubmit={() => void submit()}>
          <Field label={lookUpText.label} name="secret" error={missing ? lookUpText.missing : undefined}>
            <PasswordInput
              value={secret}
              onValueChange={setSecret}
              showLabel={lookUpText.show}
              hideLabel={lookUpText.hide}
              autoComplete="off"
              spellCheck={false}
              data-1p-ignore=""
              mono
            />
          </Field>
          <FormActions>
            <Button type="submit" variant="primary" loading={isPending}>
              {lookUpText.submit}
            </Button>
          </FormActions>
        </Form>
      </Section>
      <div aria-live="polite">{found !== null && <Result found={found} />}</div>
    </div>
  )
}

function Result({ found }: { found: Found }) {
  const { facts } = lookUpText
  if (found.key === null) return <Banner tone="info">{found.form === 'malformed' ? lookUpText.malformed : lookUpText.unknown}</Banner>
  const { key } = found
  return (
    <Section>
      <div className="flex flex-col gap-4">
        <Banner tone={found.secretLive === true && key.status === 'active' ? 'warning' : 'info'}>
          {found.secretLive === true && key.status === 'active' ? lookUpText.live : lookUpText.over}
        </Banner>
        <KeyValue
          entries={[
            { label: facts.key, value: <TextLink to={pathTo('key', { org: key.organization.slug, key: key.id })}>{key.name || lookUpText.open}</TextLink> },
            { label: '', value: <Hint hint={key.hint} /> },
            {
              label: facts.organization,
              value: <TextLink to={pathTo('operatorOrganization', { org: key.organization.slug })}>{key.organization.slug}</TextLink>,
            },
            { label: facts.environment, value: key.environment },
            { label: facts.type, value: key.type },
            { label: facts.status, value: <StatusPill status={key.status} /> },
            { label: facts.version, value: found.secretVersion },
            { label: facts.lastSeen, value: <Time at={key.lastSeen?.at ?? null} fallback={lookUpText.never} /> },
          ].filter(({ label }) => label !== '')}
        />
      </div>
    </Section>
  )
}
