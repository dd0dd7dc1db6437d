import type { Propagation } from '@keywright/core/contract/common.ts'
import { useState } from 'react'
import { Effect } from './effect.tsx'
import { envFile, variableName } from './env-file.ts'
import { ExampleCall } from './example-call-block.tsx'
import type { Key } from './key.ts'
import { commandLabel } from './key-command.ts'
import { keyTitle } from './key-title.ts'
import type { OfferedType } from './offered-type.ts'
import { overlapChoices } from './overlap-choices.ts'
import { PropagationNote } from './propagation-note.tsx'
import { useRecentUsage } from './use-recent-usage.ts'
import { countdown, overlapOf } from './versions.ts'
import { useRead } from '../api/hooks.ts'
import { drawSecret, SecretOnItsWay, SecretPanel } from '../components/secret-panel.tsx'
import { useNow } from '../ui/use-now.ts'
import { type SecretCommand, useSecretCommand } from '../components/use-secret-command.ts'
import { text } from '../text/common.ts'
import { keysText } from '../text/keys.ts'
import { secretText } from '../text/secret.ts'
import { Banner } from '../ui/banner.tsx'
import { Button } from '../ui/button.tsx'
import { RadioCards } from '../ui/choice.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Field } from '../ui/field.tsx'
import { Form, FormActions } from '../ui/form.tsx'
import { Problem } from '../ui/problem.tsx'
import { ListSkeleton } from '../ui/states.tsx'
import { duration, exactTime } from '../util/time.ts'

interface Props {
  org: string
  known: Key
  offered: OfferedType
  onClose: () => void
  /** What stands on the button; default: the label of the command. */
  confirmLabel?: string
}

interface Replaced {
  key: Key
  secret: string
  propagation: Propagation | undefined
  overlapSeconds: number
}

/** Gives a key a new secret: shows what the old one did lately, asks when it is to end, and shows the new one once. */
export function ReplaceDialog(props: Props) {
  const [replaced, setReplaced] = useState<Replaced | null>(null)
  const replace = useSecretCommand('keys.replace')
  if (replaced !== null) return <NewSecret {...props} replaced={replaced} />
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      persistent={replace.isPending}
      title={keysText.dialog.replaceTitle(keyTitle(props.known))}
      description={keysText.dialog.replace}
    >
      <SecretOnItsWay active={replace.isPending} />
      <Question {...props} replace={replace} onReplaced={(next) => drawSecret(() => setReplaced(next))} />
    </Dialog>
  )
}

type QuestionProps = Props & { replace: SecretCommand<'keys.replace'>; onReplaced: (replaced: Replaced) => void }

function Question(props: QuestionProps) {
  const { data: key, error, refetch } = useRead('keys.get', { org: props.org, key: props.known.id })
  if (error !== null) return <Problem error={error} />
  if (key === undefined) return <ListSkeleton rows={2} />
  return <Choose {...props} current={key} reload={async () => (await refetch()).data} />
}

function Choose({
  org,
  offered,
  onClose,
  onReplaced,
  confirmLabel,
  replace,
  current,
  reload,
}: QuestionProps & { current: Key; reload: () => Promise<Key | undefined> }) {
  const { type } = offered
  const now = useNow(1)
  // What the person looks at is what is replaced: a newer secret that appears meanwhile is refused as `version_changed`.
  const [looked, setLooked] = useState(current)
  const usage = useRecentUsage(org, looked.id)
  const choices = overlapChoices(type)
  const [seconds, setSeconds] = useState(type.replace.overlapDefault)
  const overlap = overlapOf(looked, now)
  const conflict = replace.error?.code === 'version_changed'

  const lookAgain = async (): Promise<void> => {
    const newest = await reload()
    if (newest !== undefined) setLooked(newest)
    replace.reset()
  }
  const confirm = async (): Promise<void> => {
    const answer = await replace.run({ org, key: looked.id, expectedVersion: looked.newestVersion, overlapSeconds: seconds }, { confirm: true })
    if (answer !== null)
      onReplaced({ key: answer.key, secret: answer.secret, propagation: (answer as { propagation?: Propagation }).propagation, overlapSeconds: seconds })
  }
  return (
    <Form error={conflict ? null : replace.error} onSubmit={() => void confirm()}>
      {conflict && replace.error !== null && (
        <Problem
          error={replace.error}
          onReload={() => {
            void lookAgain()
          }}
        />
      )}
      <Effect seen={looked.lastSeen} usage={usage.data} />
      {overlap !== null && <Banner tone="warning">{keysText.dialog.overlapRuns(countdown(overlap.endsAt - now))}</Banner>}
      {choices.length > 1 ? (
        <Field label={keysText.dialog.oldSecret} group>
          <RadioCards
            name="overlap"
            value={String(seconds)}
            onValueChange={(value) => setSeconds(Number(value))}
            columns={2}
            cards={choices.map((each) => ({
              value: String(each),
              label: each === 0 ? keysText.dialog.atOnce : keysText.dialog.overlap(duration(each)),
              hint: each === 0 ? keysText.dialog.atOnceHint : keysText.dialog.overlapHint(exactTime(now + each * 1000)),
              disabledReason: each > 0 && overlap !== null ? keysText.dialog.overlapRefused : undefined,
            }))}
          />
        </Field>
      ) : (
        <p className="text-sm text-ink-soft">{keysText.dialog.atOnceHint}</p>
      )}
      {type.mints !== null && <p className="text-sm text-ink-soft">{keysText.dialog.replaceSessions}</p>}
      <FormActions>
        <Button
          type="submit"
          variant={seconds === 0 ? 'danger' : 'primary'}
          loading={replace.isPending}
          disabledReason={conflict ? keysText.dialog.lookAgain : undefined}
        >
          {confirmLabel ?? commandLabel(type, 'replace')}
        </Button>
        <Button variant="ghost" disabledReason={replace.isPending ? secretText.onItsWay : undefined} onClick={onClose}>
          {text.cancel}
        </Button>
      </FormActions>
    </Form>
  )
}

function NewSecret({ org, offered, onClose, replaced }: Props & { replaced: Replaced }) {
  const { key, secret, propagation, overlapSeconds } = replaced
  const { type, label } = offered
  const oldEnds = (key.versions ?? []).find(({ number }) => number === key.newestVersion - 1)?.endsAt ?? null
  const facts = {
    type: key.type,
    secret,
    label,
    name: key.name,
    organization: key.organization.slug,
    environment: key.environment,
    expiresAt: key.expiresAt === null ? null : Date.parse(key.expiresAt),
  }
  return (
    <Dialog open persistent wide onOpenChange={() => undefined} title={keysText.dialog.replacedTitle}>
      <SecretPanel secret={secret} variable={variableName(key.type)} file={envFile(facts)} retrievable={type.visibility === 'retrievable'} onDone={onClose}>
        {overlapSeconds === 0 || oldEnds === null ? (
          <PropagationNote propagation={propagation} title={keysText.dialog.oldEnded} />
        ) : (
          <Banner tone="info">{keysText.dialog.oldWorksUntil(exactTime(Date.parse(oldEnds)))}</Banner>
        )}
        <ExampleCall offered={offered} org={org} fields={key} secret={secret} />
      </SecretPanel>
    </Dialog>
  )
}
