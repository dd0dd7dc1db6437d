import { isLoopback } from './config.ts'
import type { Environment } from './env.ts'

/** One OpenID Connect provider for the whole installation. */
export interface SingleSignOnSettings {
  /** As its discovery document says it. */
  issuer: string
  clientId: string
  clientSecret: string
  /** What the button on the sign-in page calls it. */
  label: string
}

const NEEDED = ['KEYWRIGHT_OIDC_ISSUER', 'KEYWRIGHT_OIDC_CLIENT_ID', 'KEYWRIGHT_OIDC_CLIENT_SECRET'] as const

/** Parses the variables about single sign-on; problems go to `environment.problems`. Null: there is none. */
export function singleSignOnFrom(environment: Environment): SingleSignOnSettings | null {
  const { values } = environment
  const problem = (name: string, message: string) => void environment.problems.push({ path: name, code: 'invalid', message: `${name} ${message}` })
  const [issuer, clientId, clientSecret] = NEEDED.map((name) => values.get(name))
  const label = values.get('KEYWRIGHT_OIDC_LABEL')
  if (issuer === undefined && clientId === undefined && clientSecret === undefined) {
    if (label !== undefined) problem('KEYWRIGHT_OIDC_LABEL', 'is of no use without KEYWRIGHT_OIDC_ISSUER, which says who the provider is.')
    return null
  }
  for (const name of NEEDED) if (values.get(name) === undefined) problem(name, `must be set too: single sign-on needs ${NEEDED.join(', ')}.`)
  const url = issuer === undefined ? null : URL.parse(issuer)
  if (issuer !== undefined && !isIssuer(url))
    problem('KEYWRIGHT_OIDC_ISSUER', 'must be the https URL of the provider, such as https://login.example.com, without query or fragment.')
  if (label !== undefined && !/^[^\p{C}]{1,60}$/u.test(label)) problem('KEYWRIGHT_OIDC_LABEL', 'must be 1 to 60 characters.')
  if (issuer === undefined || clientId === undefined || clientSecret === undefined || url === null) return null
  return { issuer, clientId, clientSecret, label: label ?? url.hostname }
}

/** OpenID Connect Discovery 1.0 section 4.3; http for a provider on this machine, as tests have it. */
function isIssuer(url: URL | null): boolean {
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}
