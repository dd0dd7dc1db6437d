import type { Role } from '@keywright/core/permissions.ts'
import type { FieldError } from '@keywright/core/problem-code.ts'
import { useNavigate, useSearch as useRouterSearch } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { type Draft, initialDraft, mistakesAt, mistakesOf, stepOf, type Step, stepsFor, wishOf } from './draft.ts'
import { Issued } from './issued.tsx'
import { ReviewStep } from './review-step.tsx'
import { AddressesStep, DetailsStep, TypeStep } from './steps.tsx'
import { commandLabel } from '../key-command.ts'
import type { Key } from '../key.ts'
import type { OfferedType } from '../offered-type.ts'
import { useRead } from '../../api/hooks.ts'
import { useSignedIn } from '../../api/person.ts'
import { drawSecret, SecretOnItsWay } from '../../components/secret-panel.tsx'
import { useSecretCommand } from '../../components/use-secret-command.ts'
import { pathTo } from '../../paths.ts'
import { keysText } from '../../text/keys.ts'
import { Button } from '../../ui/button.tsx'
import { Form, FormActions } from '../../ui/form.tsx'
import { PageHeader, Stepper } from '../../ui/layout.tsx'
import { Problem } from '../../ui/problem.tsx'

interface Props {
  org: string
  page: { slug: string; title: string }
  types: readonly OfferedType[]
  role: Role | null
}

const TITLES: Record<Step, string> = {
  type: keysText.generate.typeTitle,
  details: keysText.generate.detailsTitle,
  addresses: keysText.generate.addressesTitle,
  review: keysText.generate.reviewTitle,
}

/** From a type to a key, in steps that each keep what was typed. The step and the type are in the address; the secret is nowhere but here. */
export function Wizard({ org, page, types, role }: Props) {
  const navigate = useNavigate()
  const search: Readonly<Record<string, unknown>> = useRouterSearch({ strict: false })
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({})
  const [tried, setTried] = useState<{ step: Step; mistakes: readonly FieldError[] } | null>(null)
  const [issued, setIssued] = useState<{ key: Key; secret: string } | null>(null)
  const issue = useSecretCommand('keys.issue')

  const slug = types.length === 1 ? types[0]?.slug : typeof search['type'] === 'string' ? search['type'] : undefined
  const offered = types.find((each) => each.slug === slug)
  const draft = offered === undefined ? undefined : (drafts[offered.slug] ?? initialDraft(offered))
  const steps = stepsFor(offered, types)
  const { data: organization } = useRead('organizations.get', { org })
  const list = useRead('address-lists.get', { org, type: slug ?? '' }, { enabled: offered !== undefined })
  const own = mistakesOfAll(offered, draft)
  // The address may name a step that cannot be there yet, e.g. after a reload: the first that is not done comes first.
  const undone = steps.find((each) => (each === 'type' ? offered === undefined : mistakesAt(each, own).length > 0))
  const asked = steps.find((each) => each === search['step']) ?? (steps[0] as Step)
  const step = undone !== undefined && steps.indexOf(undone) < steps.indexOf(asked) ? undone : asked
  const refused = issue.error
  const fromServer = mistakesAt(step, refused?.errors ?? [])
  // Mistakes are those of the last try until all are mended: were they judged anew with each letter, the focus would jump to the next.
  const errors = useSteady([...(tried?.step === step && step === undone ? tried.mistakes : []), ...fromServer])

  const go = (to: Step): void => {
    setTried(null)
    void navigate({ to: '.', search: { ...search, step: to } as never })
  }
  const change = (part: Partial<Draft>): void => {
    if (offered === undefined || draft === undefined) return
    setDrafts({ ...drafts, [offered.slug]: { ...draft, ...part } })
    issue.reset()
  }
  const submit = async (): Promise<void> => {
    if (step !== 'review') {
      if (step === undone) return setTried({ step, mistakes: mistakesAt(step, own) })
      return go(steps[steps.indexOf(step) + 1] as Step)
    }
    if (offered === undefined || draft === undefined) return
    const answer = await issue.run({ org, ...wishOf(offered.type, draft) })
    if (answer !== null) drawSecret(() => setIssued({ key: answer.key, secret: answer.secret }))
  }
  // What the server refused is shown where it can be mended.
  const refusedAt = issue.error?.errors.map(({ path }) => stepOf(path)).find((each) => each !== null && steps.includes(each))
  useEffect(() => {
    if (refusedAt !== undefined && refusedAt !== null) void navigate({ to: '.', search: (before: object) => ({ ...before, step: refusedAt }) as never })
  }, [refusedAt, navigate])

  const { address = null } = useSignedIn() as { address?: string | null }
  if (issued !== null && offered !== undefined) {
    return (
      <Issued
        issued={issued}
        offered={offered}
        org={org}
        onDone={() => void navigate({ to: pathTo('key', { org, key: issued.key.id }) as never, replace: true })}
        onLeave={() => {
          // Back leads to a step of the same page, which then begins anew.
          setIssued(null)
          setDrafts({})
        }}
      />
    )
  }
  return (
    <>
      <SecretOnItsWay active={issue.isPending} />
      <PageHeader
        title={commandLabel((types[0] as OfferedType).type, 'issue')}
        description={types.length === 1 ? offered?.description || undefined : undefined}
        crumbs={[{ label: page.title, to: pathTo('keyPage', { org, page: page.slug }) }]}
      />
      <div className="flex max-w-4xl flex-col gap-6">
        {steps.length > 1 && (
          <Stepper label={keysText.generate.progress} steps={steps.map((each) => keysText.generate.steps[each] as string)} current={steps.indexOf(step)} />
        )}
        <Form errors={errors} error={null} onSubmit={() => void submit()} className="rounded-xl border border-line bg-surface p-5">
          <StepTitle step={step} />
          {step === 'type' && (
            <TypeStep
              types={types}
              role={role}
              chosen={slug}
              error={tried?.step === 'type' ? keysText.generate.chooseType : undefined}
              onChoose={(type) => {
                issue.reset()
                void navigate({ to: '.', search: { ...search, type } as never, replace: true })
              }}
            />
          )}
          {step === 'details' && offered !== undefined && draft !== undefined && (
            <DetailsStep offered={offered} draft={draft} onChange={change} entitlements={organization?.entitlements} />
          )}
          {step === 'addresses' && offered !== undefined && draft !== undefined && (
            <AddressesStep org={org} offered={offered} draft={draft} onChange={change} organizationRule={list.data?.addresses} ownAddress={address} />
          )}
          {step === 'review' && offered !== undefined && draft !== undefined && (
            <ReviewStep
              offered={offered}
              draft={draft}
              organization={organization?.name ?? org}
              organizationRule={list.data?.addresses}
              steps={steps}
              onGo={go}
            />
          )}
          {issue.error !== null && (step === 'review' || fromServer.length > 0) && <Problem error={issue.error} />}
          <FormActions>
            <Button type="submit" variant="primary" loading={issue.isPending}>
              {step === 'review' ? keysText.generate.authorize : keysText.generate.next}
            </Button>
            {steps.indexOf(step) > 0 && (
              <Button variant="ghost" onClick={() => go(steps[steps.indexOf(step) - 1] as Step)}>
                {keysText.generate.back}
              </Button>
            )}
          </FormActions>
        </Form>
      </div>
    </>
  )
}

function mistakesOfAll(offered: OfferedType | undefined, draft: Draft | undefined) {
  return offered === undefined || draft === undefined ? [] : mistakesOf(offered, draft, Date.now())
}

/** The same array as long as it holds the same: a new one would send the focus to the first mistake again. */
function useSteady(errors: FieldError[]): FieldError[] {
  const [kept, setKept] = useState(errors)
  const same = JSON.stringify(kept) === JSON.stringify(errors)
  if (!same) setKept(errors)
  return same ? kept : errors
}

/** Names the step, and takes the focus when one comes to it from another. */
function StepTitle({ step }: { step: Step }) {
  const heading = useRef<HTMLHeadingElement>(null)
  const before = useRef(step)
  useEffect(() => {
    if (before.current !== step) heading.current?.focus()
    before.current = step
  }, [step])
  return (
    <h2 ref={heading} tabIndex={-1} className="text-base font-semibold outline-none">
      {TITLES[step]}
    </h2>
  )
}
