import { fillPath, pathParameters, queryString } from './base-url.ts'
import { Connection, type CallOptions, type ClientOptions, type HttpRequest } from './connection.ts'
import type { Answer, Input, OperationId } from './contract.ts'
import { ENDPOINTS } from './endpoints.ts'
import { KeywrightError } from './keywright-error.ts'

const YAML = 'application/yaml'
const JSON_TYPE = 'application/json'
const NDJSON = 'application/x-ndjson'
const FORM_TYPE = 'application/x-www-form-urlencoded'
const EXPORT_TYPES = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const

/** A configuration file: its text (YAML or JSON), or the object it describes. */
export type ConfigurationFileInput = string | Record<string, unknown>

export interface ImportInput {
  org: string
  dryRun?: boolean
  allowOverCap?: boolean
  allowNonCompliant?: boolean
}

/**
 * A client of one Keywright server with one key: a method for each operation of its HTTP surface, grouped as the paths are.
 * Each takes one object, the path's parameters beside the fields of body or query, and answers the JSON of the server.
 * @throws KeywrightError, from here for a URL or a key that cannot be used, and from each call.
 */
export function createClient(options: ClientOptions) {
  const connection = new Connection(options)

  const method = <Id extends OperationId>(id: Id) => {
    return (input: Input<Id>, call?: CallOptions): Promise<Answer<Id>> => send(connection, id, input as Record<string, unknown>, call) as Promise<Answer<Id>>
  }
  /** For an operation that needs nothing. */
  const bare = <Id extends OperationId>(id: Id) => {
    return (call?: CallOptions): Promise<Answer<Id>> => send(connection, id, {}, call) as Promise<Answer<Id>>
  }
  /** For an operation whose fields are all optional. */
  const listing = <Id extends OperationId>(id: Id) => {
    return (input?: Input<Id>, call?: CallOptions): Promise<Answer<Id>> =>
      send(connection, id, (input ?? {}) as Record<string, unknown>, call) as Promise<Answer<Id>>
  }
  const file = <Id extends 'configuration.diff' | 'configuration.apply'>(id: Id) => {
    return (configuration: ConfigurationFileInput, call?: CallOptions): Promise<Answer<Id>> => {
      const body = typeof configuration === 'string' ? { text: configuration, type: YAML } : { text: JSON.stringify(configuration), type: JSON_TYPE }
      return connection.json({ ...ENDPOINTS[id], accept: JSON_TYPE, body }, call) as Promise<Answer<Id>>
    }
  }
  const exporting = <Id extends 'audit-events.export' | 'organization-audit-events.export'>(id: Id) => {
    return async function* (input: Input<Id>, call?: CallOptions): AsyncGenerator<string, void, void> {
      const { method: verb, path } = locate(id, input as Record<string, unknown>)
      const { format = 'ndjson' } = input as { format?: keyof typeof EXPORT_TYPES }
      yield* connection.text({ method: verb, path, accept: EXPORT_TYPES[format] }, call)
    }
  }

  /** For an operation that speaks as the RFCs of OAuth want it: a form, without the fields that are not given. */
  const form = <Id extends 'oauth.token' | 'introspect' | 'revoke'>(id: Id) => {
    return (input: Input<Id>, call?: CallOptions): Promise<Answer<Id>> => {
      const fields = Object.entries(input as Record<string, string | undefined>).filter((entry): entry is [string, string] => entry[1] !== undefined)
      const body = { text: new URLSearchParams(fields).toString(), type: FORM_TYPE }
      return connection.json({ ...ENDPOINTS[id], accept: JSON_TYPE, body }, call) as Promise<Answer<Id>>
    }
  }

  return {
    /** May this secret, or this request, do this now. Needs a verifier key. */
    verify: method('verify'),
    me: { get: bare('me.get') },
    secrets: { identify: method('secrets.identify') },
    organizations: {
      list: listing('organizations.list'),
      create: method('organizations.create'),
      get: method('organizations.get'),
      update: method('organizations.update'),
      remove: method('organizations.remove'),
      suspend: method('organizations.suspend'),
      restore: method('organizations.restore'),
    },
    configuration: { get: bare('configuration.get'), diff: file('configuration.diff'), apply: file('configuration.apply') },
    keyTypes: {
      list: bare('key-types.list'),
      get: method('key-types.get'),
      put: method('key-types.put'),
      remove: method('key-types.remove'),
      /** Whom a sunset rule would hit; nothing changes. */
      previewSunset: method('key-types.preview-sunset'),
      /** What one organization may generate. */
      offers: method('key-types.offers'),
    },
    apis: { list: bare('apis.list'), get: method('apis.get'), put: method('apis.put'), remove: method('apis.remove') },
    addressLists: { get: method('address-lists.get'), put: method('address-lists.put') },
    keys: {
      list: method('keys.list'),
      /** The answer carries the secret; no later one does, unless the type is retrievable. */
      issue: method('keys.issue'),
      get: method('keys.get'),
      update: method('keys.update'),
      remove: method('keys.remove'),
      activate: method('keys.activate'),
      deactivate: method('keys.deactivate'),
      replace: method('keys.replace'),
      finishOverlap: method('keys.finish-overlap'),
      reveal: method('keys.reveal'),
      checkAddress: method('keys.check-address'),
      usage: method('keys.usage'),
      events: method('keys.events'),
      /** A dry run unless `dryRun` is false. */
      bulk: method('keys.bulk'),
      /** Takes over keys that exist elsewhere. @param lines NDJSON, or the objects; at most 10,000 and 8 MiB. */
      import: (input: ImportInput, lines: string | readonly unknown[], call?: CallOptions): Promise<Answer<'keys.import'>> => {
        const { org, ...query } = input
        const body = typeof lines === 'string' ? { text: lines, type: NDJSON } : { text: JSON.stringify(lines), type: JSON_TYPE }
        const path = fillPath(ENDPOINTS['keys.import'].path, { org }) + queryString(query)
        return connection.json({ method: 'POST', path, accept: JSON_TYPE, body }, call) as Promise<Answer<'keys.import'>>
      },
    },
    /** Over all organizations. */
    installationKeys: { bulk: method('installation-keys.bulk') },
    installation: { health: bare('installation.health') },
    members: { list: method('members.list'), update: method('members.update'), remove: method('members.remove') },
    invitations: {
      list: method('invitations.list'),
      /** Renews one that waits for the address already. */
      create: method('invitations.create'),
      resend: method('invitations.resend'),
      withdraw: method('invitations.withdraw'),
      /** What a mailed link invites to. */
      lookUp: method('invitations.look-up'),
      accept: method('invitations.accept'),
    },
    /** To oneself; only a signed-in person has any. */
    myInvitations: { list: bare('me.invitations.list'), accept: method('me.invitations.accept'), decline: method('me.invitations.decline') },
    operators: { list: listing('operators.list'), remove: method('operators.remove') },
    /** Whoever signs in, member of whatever organization. */
    people: { removeSecondFactor: method('people.remove-second-factor') },
    operatorInvitations: {
      list: listing('operator-invitations.list'),
      create: method('operator-invitations.create'),
      resend: method('operator-invitations.resend'),
      withdraw: method('operator-invitations.withdraw'),
    },
    outbox: { list: listing('outbox.list'), get: method('outbox.get'), resend: method('outbox.resend') },
    /** Session tokens minted with a key. */
    sessions: { list: method('sessions.list'), end: method('sessions.end') },
    verifiers: { list: bare('verifiers.list'), forget: method('verifiers.forget') },
    signingKeys: { list: bare('signing-keys.list'), rotate: bare('signing-keys.rotate') },
    oauth: { token: form('oauth.token'), jwks: bare('oauth.jwks') },
    introspect: form('introspect'),
    revoke: form('revoke'),
    verifierKeys: { list: listing('verifier-keys.list'), issue: method('verifier-keys.issue'), remove: method('verifier-keys.remove') },
    managementKeys: { list: listing('management-keys.list'), issue: method('management-keys.issue'), remove: method('management-keys.remove') },
    organizationManagementKeys: {
      list: method('organization-management-keys.list'),
      issue: method('organization-management-keys.issue'),
      remove: method('organization-management-keys.remove'),
    },
    auditEvents: {
      list: listing('audit-events.list'),
      /** Text as it arrives: pieces, not lines. */
      export: exporting('audit-events.export'),
    },
    organizationAuditEvents: { list: method('organization-audit-events.list'), export: exporting('organization-audit-events.export') },
  }
}

export type Client = ReturnType<typeof createClient>

async function send(connection: Connection, id: OperationId, input: Readonly<Record<string, unknown>>, call: CallOptions | undefined): Promise<unknown> {
  const answer = await connection.json({ ...locate(id, input), accept: JSON_TYPE }, call)
  if (call?.idempotencyKey !== undefined) refuseDoneBefore(answer)
  return answer
}

/** A repetition of what was done cannot answer the secret: no caller must take null for one. */
function refuseDoneBefore(answer: unknown): void {
  const { secret, ...facts } = answer as Record<string, unknown>
  if (secret !== null) return
  const { message } = (facts['nextStep'] ?? {}) as { message?: string }
  throw new KeywrightError({
    code: 'done_before',
    status: 200,
    detail: `The request with this idempotency key was done at ${String(facts['secretShownAt'])}. ${message ?? ''}`.trim(),
    extra: facts,
  })
}

/** Splits one object into the parameters of the path and the rest, which is the query of a GET and the body of anything else. */
function locate(id: OperationId, input: Readonly<Record<string, unknown>>): Pick<HttpRequest, 'method' | 'path' | 'body'> {
  const { method, path } = ENDPOINTS[id]
  const inPath = new Set(pathParameters(path))
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !inPath.has(name)))
  const filled = fillPath(path, input)
  if (method === 'GET') return { method, path: filled + queryString(rest) }
  return { method, path: filled, ...(method === 'DELETE' ? {} : { body: { text: JSON.stringify(rest), type: JSON_TYPE } }) }
}
