import Fastify from 'fastify'
import { listen, protect } from '../shared/keywright.ts'
import { settings } from '../shared/settings.ts'

/** Notifications to mobile devices. The key itself stands in the body (`api_key`), so Keywright is shown the body. */
const app = Fastify(settings)
protect(app, { api: process.env.API ?? 'insider-one-mobile', sendBody: true })

interface Notification {
  title: string
  message: string
  users: string[]
}
const text = { type: 'string', minLength: 1, maxLength: 200 }
const users = { type: 'array', minItems: 1, maxItems: 1000, items: { type: 'string' } }
const schema = { body: { type: 'object', required: ['title', 'message', 'users'], properties: { title: text, message: text, users } } }

app.post<{ Body: Notification }>('/api/v1/notification/user', { schema }, async (request, reply) => {
  // The key is not passed on, and not repeated in the answer.
  return reply.code(202).send({ data: { accepted: request.body.users.length, account: request.key.organization } })
})

await listen(app, 'mobile-push')
