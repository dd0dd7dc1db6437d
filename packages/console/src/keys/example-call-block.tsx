import { callFor, chooseApi } from './example-call.ts'
import type { OfferedType } from './offered-type.ts'
import { keysText } from '../text/keys.ts'
import { CodeBlock } from '../ui/copy.tsx'

interface Props {
  offered: OfferedType
  /** Slug of the organization. */
  org: string
  fields: { environment: string; scopes: readonly string[] }
  /** The secret itself where it is shown anyway, else a name of it. */
  secret: string
}

/** A line to paste into a shell that calls an API with the key, and what must be exchanged in it, if anything. */
export function ExampleCall({ offered, org, fields, secret }: Props) {
  const call = callFor(offered.type, offered.apis, { secret, organization: org, environment: fields.environment, scopes: fields.scopes }, location.origin)
  if (call === null) return <p className="text-sm text-ink-faint">{keysText.generate.noApi}</p>
  const api = chooseApi(offered.apis, fields.environment, fields.scopes)
  return (
    <div>
      <CodeBlock label={keysText.generate.call} code={call.command} />
      <p className="mt-1.5 text-xs text-pretty text-ink-faint">
        {call.placeholders.length > 0
          ? keysText.generate.placeholders(call.placeholders)
          : offered.type.direct
            ? keysText.generate.callWorks(api?.label ?? '')
            : keysText.generate.exchange}
      </p>
    </div>
  )
}
