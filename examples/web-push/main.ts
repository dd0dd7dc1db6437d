import Fastify from 'fastify'
import { listen, protect } from '../shared/keywright.ts'
import { settings } from '../shared/settings.ts'

/** Web push campaigns. The account stands in the body (`partner_id`), so Keywright is shown the body. */
const app = Fastify(settings)
protect(app, { api: process.env.API ?? 'insider-one-web-push', sendBody: true })

interface Campaign {
  id: number
  title: string
  message: string
  status: 'draft' | 'launched'
  sent: number
}
const accounts = new Map<string, Campaign[]>()
function campaignsOf({ organizationId }: { organizationId: string }): Campaign[] {
  let campaigns = accounts.get(organizationId)
  if (!campaigns) accounts.set(organizationId, (campaigns = []))
  return campaigns
}
function add(campaigns: Campaign[], { title, message }: Draft, status: Campaign['status']): Campaign {
  const campaign = { id: campaigns.length + 1, title, message, status, sent: status === 'launched' ? 1000 : 0 }
  campaigns.push(campaign)
  return campaign
}

interface Draft {
  title: string
  message: string
}
const text = { type: 'string', minLength: 1, maxLength: 200 }
const draft = { schema: { body: { type: 'object', required: ['title', 'message'], properties: { title: text, message: text } } } }
const one = { schema: { body: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } } } }

app.post<{ Body: Draft }>('/api/v1/web-push/create', draft, async (request, reply) =>
  reply.code(201).send({ data: add(campaignsOf(request.key), request.body, 'draft') }),
)

app.post<{ Body: Draft }>('/api/v1/web-push/send', draft, async (request) => ({ data: add(campaignsOf(request.key), request.body, 'launched') }))

app.post<{ Body: { id: number } }>('/api/v1/web-push/launch', one, async (request) => {
  const campaign = campaignsOf(request.key).find(({ id }) => id === request.body.id)
  if (!campaign) throw Object.assign(new Error('There is no such campaign'), { statusCode: 404 })
  return { data: Object.assign(campaign, { status: 'launched', sent: 1000 }) }
})

app.post('/api/v1/web-push/statistics', async (request) => {
  const campaigns = campaignsOf(request.key)
  return {
    data: {
      campaigns: campaigns.length,
      launched: campaigns.filter(({ status }) => status === 'launched').length,
      sent: campaigns.reduce((sum, { sent }) => sum + sent, 0),
    },
  }
})

await listen(app, 'web-push')
