import type { Command } from 'commander'
import type { VerifyAnswer } from '@keywright/sdk/client/contract.ts'
import { presentedSecret } from '../connect.ts'
import type { Session } from '../io.ts'
import { facts } from '../table.ts'
import { repeatable, runs } from './command.ts'
import { showKey } from './key-output.ts'

interface VerifyOptions {
  api?: string
  ip?: string
  scope?: string[]
  type?: string[]
  organization?: string
  environment?: string
}

function keyFacts(key: VerifyAnswer['key']): (readonly [string, string | null])[] {
  if (key === undefined) return []
  return [
    ['Key', key.id],
    ['Name', key.name || null],
    ['Organization', key.organization],
    ['Environment', key.environment],
    ['Type', key.type],
    ['Scopes', key.scopes.join(' ') || 'none'],
    ['Secret version', String(key.secretVersion)],
    ['Expires', key.expiresAt ?? 'never'],
  ]
}

function verdict(answer: VerifyAnswer): string {
  if (answer.valid) {
    const { deprecation } = answer
    const ending = deprecation === undefined ? null : `${deprecation.retiresAt}${deprecation.successor === null ? '' : `; move to ${deprecation.successor}`}`
    return facts([['Valid', answer.carrierChecked ? 'yes' : 'yes (where it stood in a request was not checked)'], ...keyFacts(answer.key), ['Retires', ending]])
  }
  return facts([
    ['Refused', answer.reason],
    ['Detail', answer.detail ?? null],
    ['Missing', answer.missing?.join(' ') || null],
    ['Try again', answer.retryAfterSeconds === undefined ? null : `in ${answer.retryAfterSeconds} s`],
    ['Move to', answer.successor ?? null],
    ['Answer the client', String(answer.status)],
    ...keyFacts(answer.key),
    ['Request', answer.requestId],
  ])
}

export function addVerificationCommands(session: Session, program: Command): void {
  const verify = program
    .command('verify')
    .description('may a secret do this now (exit code 1: refused); the secret from standard input or KEYWRIGHT_SECRET, a verifier key as KEYWRIGHT_KEY')
  verify.option('--api <slug>', 'the API asked; needed unless the verifier key is for all').option('--ip <address>', "the client's address")
  repeatable(verify, '--scope <scope>', 'needed for what is asked')
  repeatable(verify, '--type <type>', 'only these key types')
  verify.option('--organization <org>', 'refused when the key is of another').option('--environment <slug>', 'refused when the key is of another')
  runs<VerifyOptions>(session, verify, async (context, _none, options) => {
    const secret = await presentedSecret(context.io, context.connectOptions)
    const client = await context.client()
    const { api, ip, organization, environment } = options
    const answer = await client.verify({ secret, api, ip, requiredScopes: options.scope, types: options.type, organization, environment })
    context.print(answer, verdict)
    return answer.valid ? 0 : 1
  })

  const identify = program.command('identify').description("whose secret is this; from standard input or KEYWRIGHT_SECRET (exit code 1: nobody's)")
  runs(session, identify, async (context) => {
    const secret = await presentedSecret(context.io, context.connectOptions)
    const client = await context.client()
    const answer = await client.secrets.identify({ secret })
    context.print(answer, ({ found, form, key, secretVersion, secretLive }) => {
      if (!found || key === null)
        return form === 'malformed' ? 'Not a secret of any key: its form is wrong (mistyped, or cut).' : 'The form is right, but no key has this secret.'
      return `Version ${secretVersion} of this key, ${secretLive ? 'live' : 'no longer live'}:\n${showKey(key)}`
    })
    return answer.found ? 0 : 1
  })
}
