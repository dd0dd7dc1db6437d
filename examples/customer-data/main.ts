import Fastify from 'fastify'
import { listen, protect } from '../shared/keywright.ts'
import { settings } from '../shared/settings.ts'
import { type Person, type Profile, Profiles } from './profiles.ts'

/** A customer data API: one key for eight calls, each with a scope of its own. */
const app = Fastify(settings)
protect(app, { api: process.env.API ?? 'insider-2024-ucd' })

const accounts = new Map<string, Profiles>()
/** The key's organization, as Keywright says it; what stands in X-PARTNER-NAME was compared with it already. */
function profilesOf({ organizationId }: { organizationId: string }): Profiles {
  let profiles = accounts.get(organizationId)
  if (!profiles) accounts.set(organizationId, (profiles = new Profiles()))
  return profiles
}

interface Named {
  identifiers: Record<string, string>
}
const identifiers = { type: 'object', minProperties: 1, additionalProperties: { type: 'string' } }
const named = { schema: { body: { type: 'object', required: ['identifiers'], properties: { identifiers } } } }
const require = (profile: Profile | undefined): Profile => {
  if (!profile) throw Object.assign(new Error('There is no such profile'), { statusCode: 404 })
  return profile
}

const users = { schema: { body: { type: 'object', required: ['users'], properties: { users: { type: 'array', minItems: 1, maxItems: 1000 } } } } }
app.post<{ Body: { users: Person[] } }>('/api/user/v1/upsert', users, async (request) => {
  const profiles = profilesOf(request.key)
  const failed: { index: number; error: string }[] = []
  for (const [index, user] of request.body.users.entries()) {
    const error = profiles.upsert(user ?? {})
    if (error !== null) failed.push({ index, error })
  }
  // 200 also when some failed: each record has its own result.
  return { data: { successful: { count: request.body.users.length - failed.length }, fail: { count: failed.length, errors: failed } } }
})

app.post<{ Body: { limit?: number } }>('/api/raw/v1/export', async (request) => {
  const people = profilesOf(request.key).all()
  return { data: people.slice(0, request.body?.limit ?? 1000), total: people.length }
})

app.post<{ Body: Named }>('/api/user/v1/profile', named, async (request) => ({ data: require(profilesOf(request.key).find(request.body.identifiers)) }))

const change = {
  schema: {
    body: { type: 'object', required: ['old_identifier', 'new_identifier'], properties: { old_identifier: identifiers, new_identifier: identifiers } },
  },
}
app.patch<{ Body: { old_identifier: Record<string, string>; new_identifier: Record<string, string> } }>('/api/user/v1/identity', change, async (request) => {
  const profile = require(profilesOf(request.key).find(request.body.old_identifier))
  for (const name of Object.keys(request.body.old_identifier)) delete profile.identifiers[name]
  Object.assign(profile.identifiers, request.body.new_identifier)
  return { data: profile }
})

app.delete<{ Body: Named }>('/api/user/v1/identity', named, async (request) => {
  const profile = require(profilesOf(request.key).find(request.body.identifiers))
  for (const name of Object.keys(request.body.identifiers)) delete profile.identifiers[name]
  return { data: profile }
})

const attribute = { schema: { body: { type: 'object', required: ['identifiers', 'attribute'], properties: { identifiers, attribute: { type: 'string' } } } } }
app.post<{ Body: Named & { attribute: string } }>('/api/user/v1/attribute/delete', attribute, async (request) => {
  const profile = require(profilesOf(request.key).find(request.body.identifiers))
  delete profile.attributes[request.body.attribute]
  return { data: profile }
})

app.post<{ Body: Named }>('/api/user/v1/delete', named, async (request) => {
  const profiles = profilesOf(request.key)
  profiles.remove(require(profiles.find(request.body.identifiers)))
  return { data: { deleted: true } }
})

app.post<{ Body: Named }>('/api/user/v1/anonymize', named, async (request) => {
  const profiles = profilesOf(request.key)
  profiles.anonymize(require(profiles.find(request.body.identifiers)))
  return { data: { anonymized: true } }
})

await listen(app, 'customer-data')
