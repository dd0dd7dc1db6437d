import { MANAGEMENT_KEY_TYPE, VERIFIER_KEY_TYPE } from '@keywright/core/configuration/reserved.ts'
import type { IssueManagementKey, IssueOrganizationManagementKey, IssueVerifierKey } from '@keywright/core/contract/credentials.ts'
import { RESERVED_ORGANIZATION_ID } from '@keywright/core/id.ts'
import { ACTIONS, roleAllows } from '@keywright/core/permissions.ts'
import { NO_ORGANIZATION } from '../../management/sign-in/visitor-caller.ts'
import { identifySecret } from '../../management/credentials/identify-secret.ts'
import { issueOperatorKey, issueOrganizationKey, issueVerifierKey, removeOwnKey } from '../../management/credentials/own-keys.ts'
import type { IssuedKey } from '../../management/keys/issue-key.ts'
import { readKey, readKeys } from '../../management/keys/read-keys.ts'
import type { Caller } from '../../management/services.ts'
import { creatingCaller } from '../creating.ts'
import { printCursor, readCreatedCursor } from '../cursor.ts'
import { type Call, handler, type Handlers } from '../handler.ts'
import { presentKey } from '../present/key.ts'

type ListQuery = { limit: number; cursor?: string }
type OwnType = typeof MANAGEMENT_KEY_TYPE | typeof VERIFIER_KEY_TYPE

const list = (type: OwnType) =>
  handler<unknown, ListQuery>(async (call) => {
    const { database } = call.context.services
    const page = await readKeys(
      database.reader,
      database.build,
      ownerOf(call),
      { limit: call.query.limit, cursor: readCreatedCursor(call.query.cursor) },
      call.now,
      type,
    )
    return { body: { items: page.items.map((view) => presentKey(view, organizationOf(call), call.now)), nextCursor: printCursor(page.next) } }
  })

const remove = (type: OwnType) =>
  handler<unknown, unknown>(async (call) => {
    const { services } = call.context
    const keyId = call.parameters.key as string
    await removeOwnKey(services, call.caller, ownerOf(call), keyId, type)
    return {
      body: presentKey(
        await readKey(services.database.reader, services.database.build, ownerOf(call), keyId, type),
        organizationOf(call),
        services.clock.now(),
      ),
    }
  })

export const credentialHandlers: Handlers = {
  'me.get': handler(async ({ context, caller }) => {
    // A person is somebody in each of his organizations, and nobody beside them.
    const person = caller.organizationId === NO_ORGANIZATION
    const organization = caller.organizationId === null || person ? undefined : context.verifier.replica.organizationNamed(caller.organizationId)
    return {
      body: {
        kind: caller.actor.kind,
        id: caller.actor.id,
        name: caller.actor.name ?? '',
        role: person ? 'person' : caller.role,
        capabilities: [...caller.capabilities],
        organization: organization ? { id: organization.id, slug: organization.slug } : null,
        actions: person ? [] : ACTIONS.filter((action) => roleAllows(caller.role, action)),
      },
    }
  }),
  'verifier-keys.list': list(VERIFIER_KEY_TYPE),
  'verifier-keys.issue': handler<IssueVerifierKey, unknown>(async (call) =>
    issued(call, (caller) => issueVerifierKey(call.context.services, caller, call.body)),
  ),
  'verifier-keys.remove': remove(VERIFIER_KEY_TYPE),
  'management-keys.list': list(MANAGEMENT_KEY_TYPE),
  'management-keys.issue': handler<IssueManagementKey, unknown>(async (call) =>
    issued(call, (caller) => issueOperatorKey(call.context.services, caller, call.body)),
  ),
  'management-keys.remove': remove(MANAGEMENT_KEY_TYPE),
  'organization-management-keys.list': list(MANAGEMENT_KEY_TYPE),
  'organization-management-keys.issue': handler<IssueOrganizationManagementKey, unknown>(async (call) =>
    issued(call, (caller) => issueOrganizationKey(call.context.services, caller, call.organizationId, call.body)),
  ),
  'organization-management-keys.remove': remove(MANAGEMENT_KEY_TYPE),
  'secrets.identify': handler<{ secret: string }, unknown>(async (call) => {
    const { reader, build } = call.context.services.database
    const { wellFormed, found } = await identifySecret(reader, build, organizationsOf(call), call.body.secret)
    const form = wellFormed ? 'ok' : 'malformed'
    if (!found) return { body: { found: false, form, key: null, secretVersion: null, secretLive: null } }
    const { view, version } = found
    const slug = call.context.verifier.replica.organizationNamed(view.key.organizationId)?.slug ?? view.key.organizationId
    const key = presentKey(view, { id: view.key.organizationId, slug }, call.now)
    return {
      body: { found: true, form, key, secretVersion: version.number, secretLive: key.versions?.find((each) => each.number === version.number)?.live ?? false },
    }
  }),
}

/** Of which organizations whoever asks may know keys. */
function organizationsOf({ caller, signedIn }: Call): 'all' | ReadonlySet<string> {
  if (caller.organizationId === null) return 'all'
  return new Set(signedIn === null ? [caller.organizationId] : signedIn.memberships.map(({ organization }) => organization.id))
}

/** Whose keys a path is about: an organization's, or the operators'. */
function ownerOf(call: Call): string {
  return call.organizationId === '' ? RESERVED_ORGANIZATION_ID : call.organizationId
}

function organizationOf(call: Call): { id: string; slug: string } {
  const id = ownerOf(call)
  return { id, slug: call.context.verifier.replica.organizationNamed(id)?.slug ?? id }
}

async function issued(call: Call, issue: (caller: Caller) => Promise<IssuedKey>) {
  const present = (key: IssuedKey) => ({ key: presentKey({ ...key, lastSeen: null }, key.organization, call.now), secret: key.secret.reveal() })
  return { body: present(await issue(creatingCaller(call, present, (key) => key.type))) }
}
