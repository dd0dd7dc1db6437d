import { useEffect, useRef } from 'react'
import { envFile, variableName } from '../env-file.ts'
import { ExampleCall } from '../example-call-block.tsx'
import { commandLabel } from '../key-command.ts'
import type { Key } from '../key.ts'
import { keyTitle } from '../key-title.ts'
import type { OfferedType } from '../offered-type.ts'
import { SecretPanel } from '../../components/secret-panel.tsx'
import { keysText } from '../../text/keys.ts'
import { Banner } from '../../ui/banner.tsx'
import { Hint } from '../../ui/mono.tsx'
import { useTitle } from '../../ui/use-title.ts'

/** The new key with its secret, at the one moment it is shown. */
export function Issued({
  issued: { key, secret },
  offered,
  org,
  onDone,
  onLeave,
}: {
  issued: { key: Key; secret: string }
  offered: OfferedType
  org: string
  onDone: () => void
  onLeave: () => void
}) {
  const { type, label } = offered
  const heading = useRef<HTMLHeadingElement>(null)
  const title = keysText.generate.doneTitle(label)
  useTitle(title)
  useEffect(() => {
    // In braces: newer browsers answer a promise, and React would take it for a clean-up.
    void heading.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const file = envFile({
    type: key.type,
    secret,
    label,
    name: key.name,
    organization: key.organization.slug,
    environment: key.environment,
    expiresAt: key.expiresAt === null ? null : Date.parse(key.expiresAt),
  })
  const activate = commandLabel(type, 'activate')
  return (
    <section aria-label={title} className="flex max-w-4xl flex-col gap-5">
      <header>
        <h1 ref={heading} className="text-xl font-semibold tracking-tight">
          {title}
        </h1>
        <p className="mt-1 flex flex-wrap items-center gap-2 text-sm text-ink-soft">
          {key.name !== '' && <span>{keyTitle(key)}</span>}
          <Hint hint={key.hint} />
          <span>{key.environment}</span>
        </p>
      </header>
      {key.status === 'pending' && (
        <Banner tone="warning">{type.mints === null ? keysText.generate.doneManual(activate) : keysText.generate.doneMint(activate)}</Banner>
      )}
      <div className="rounded-xl border border-line bg-surface p-5">
        <SecretPanel
          secret={secret}
          variable={variableName(key.type)}
          file={file}
          retrievable={type.visibility === 'retrievable'}
          onDone={onDone}
          onLeave={onLeave}
          doneLabel={keysText.generate.toKey}
        >
          <ExampleCall offered={offered} org={org} fields={key} secret={secret} />
        </SecretPanel>
      </div>
    </section>
  )
}
