/**
 * Every address of the console, built here and nowhere else. `ROUTE` holds the patterns of the router, `paths` the addresses;
 * what is put into a segment is encoded.
 */
export const ROUTE = {
  home: '/',
  signIn: '/sign-in',
  signInLink: '/sign-in/link',
  setUp: '/set-up',
  resetPassword: '/reset-password',
  invitation: '/invitation',
  myOrganizations: '/organizations',
  account: '/account',
  organization: '/organizations/$org',
  /** Keys of the types with this console page (`presentation.page`), as its slug; `api-keys` where a type names none. */
  keyPage: '/organizations/$org/pages/$page',
  generate: '/organizations/$org/pages/$page/generate',
  key: '/organizations/$org/keys/$key',
  members: '/organizations/$org/members',
  addressLists: '/organizations/$org/address-lists',
  auditLog: '/organizations/$org/audit-log',
  settings: '/organizations/$org/settings',
  operatorOrganizations: '/operator/organizations',
  operatorOrganization: '/operator/organizations/$org',
  configuration: '/operator/configuration',
  keyType: '/operator/configuration/key-types/$type',
  api: '/operator/configuration/apis/$api',
  sunsets: '/operator/sunsets',
  lookUp: '/operator/look-up',
  keywrightKeys: '/operator/keys',
  outbox: '/operator/outbox',
  health: '/operator/health',
  operators: '/operator/operators',
  operatorAuditLog: '/operator/audit-log',
} as const

export type RouteName = keyof typeof ROUTE

const fill = (pattern: string, values: Readonly<Record<string, string>>): string =>
  pattern.replaceAll(/\$(\w+)/g, (_whole, name: string) => encodeURIComponent(values[name] ?? ''))

type Parameters<Pattern extends string> = Pattern extends `${string}$${infer Name}/${infer Rest}`
  ? Name | Parameters<Rest>
  : Pattern extends `${string}$${infer Name}`
    ? Name
    : never

/** The address of a page: `pathTo('key', { org: 'acme', key: 'key_...' })`. `search` leaves out what is empty. */
export function pathTo<Name extends RouteName>(
  name: Name,
  ...[values, search]: Parameters<(typeof ROUTE)[Name]> extends never
    ? [values?: Record<string, never>, search?: SearchFields]
    : [values: Record<Parameters<(typeof ROUTE)[Name]>, string>, search?: SearchFields]
): string {
  return fill(ROUTE[name], (values ?? {}) as Record<string, string>) + searchText(search ?? {})
}

export type SearchFields = Readonly<Record<string, string | null | undefined>>

export function searchText(search: SearchFields): string {
  const fields = Object.entries(search).filter((field): field is [string, string] => typeof field[1] === 'string' && field[1] !== '')
  return fields.length === 0 ? '' : `?${new URLSearchParams(fields).toString()}`
}

/** Where to go after signing in: a path of the console as it was given, or home. Never another site. */
export function safeReturn(path: string | undefined): string {
  if (path === undefined || !/^\/(?![/\\])/.test(path)) return ROUTE.home
  const url = URL.parse(path, 'https://console.invalid')
  if (url === null || url.origin !== 'https://console.invalid') return ROUTE.home
  // Pages before there is a session would only send on again.
  const before: readonly string[] = [ROUTE.signIn, ROUTE.signInLink, ROUTE.setUp, ROUTE.resetPassword]
  return before.includes(url.pathname) ? ROUTE.home : url.pathname + url.search
}
