import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { listen, problem, protect } from '../shared/keywright.ts'
import { settings } from '../shared/settings.ts'
import { COLUMNS, type Fields, Store, type Table } from './store.ts'

/** A CRM for many customers: contacts and companies, at https://{organization}.example and {organization}-staging.example. */
const store = new Store(process.env.DATA_FOLDER ?? './crm-data')
const app = Fastify(settings)
app.addHook('onClose', async () => store.close())

// Production and staging are two APIs in Keywright. The host says which one is meant; whether the key fits it, Keywright says.
const api = (request: FastifyRequest) => (/^[^.]*-staging\./.test(request.host) ? 'insites-crm-staging' : 'insites-crm')
protect(app, { api, apis: ['insites-crm', 'insites-crm-staging'], scheme: 'ApiKey' })

resource(app, 'contacts')
resource(app, 'companies')
await listen(app, 'crm')

function resource(server: FastifyInstance, table: Table): void {
  const path = `/crm/api/v2/${table}`
  const unique = COLUMNS[table][0]
  const text = { type: 'string', maxLength: 200, nullable: true }
  const email = { type: 'string', maxLength: 254, pattern: '^[^@\\s]+@[^@\\s]+$' }
  const properties = {
    ...Object.fromEntries(COLUMNS[table].map((name) => [name, text])),
    [unique]: unique === 'email' ? email : { type: 'string', minLength: 1, maxLength: 200 },
  }
  const body = { type: 'object', properties, additionalProperties: false }
  const id = { type: 'object', properties: { id: { type: 'string', pattern: '^[0-9]{1,15}$' } } }
  const query = {
    type: 'object',
    properties: {
      page: { type: 'integer', minimum: 1, default: 1 },
      size: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      archived: { type: 'boolean', default: false },
    },
  }
  const now = () => new Date().toISOString()

  server.get<{ Querystring: { page: number; size: number; archived: boolean } }>(path, { schema: { querystring: query } }, async (request) => {
    const { page, size, archived } = request.query
    return store.of(request.key).list(table, page, size, archived)
  })

  server.post<{ Body: Fields }>(path, { schema: { body: { ...body, required: [unique] } } }, async (request, reply) => {
    const instance = store.of(request.key)
    const same = instance.same(table, request.body)
    if (same) return problem(reply, 409, { title: `There is one with this ${unique} already`, id: same.id })
    return reply.code(201).send(instance.create(table, request.body, now()))
  })

  const found = (row: Record<string, unknown> | undefined) => {
    if (!row) throw Object.assign(new Error('There is no such thing'), { statusCode: 404 })
    return row
  }
  server.get<{ Params: { id: string } }>(`${path}/:id`, { schema: { params: id } }, async (request) =>
    found(store.of(request.key).get(table, request.params.id)),
  )

  server.route<{ Params: { id: string }; Body: Fields }>({
    method: ['PUT', 'PATCH'],
    url: `${path}/:id`,
    schema: { params: id, body: { ...body, minProperties: 1 } },
    handler: async (request, reply) => {
      const instance = store.of(request.key)
      const same = request.body[unique] === undefined ? undefined : instance.same(table, request.body)
      if (same && String(same.id) !== request.params.id) return problem(reply, 409, { title: `Another has this ${unique}`, id: same.id })
      return found(instance.change(table, request.params.id, request.body, now()))
    },
  })

  for (const [command, archivedAt] of [
    ['archive', now],
    ['restore', () => null],
  ] as const) {
    server.post<{ Params: { id: string } }>(`${path}/:id/${command}`, { schema: { params: id } }, async (request) =>
      found(store.of(request.key).change(table, request.params.id, { archived_at: archivedAt() }, now())),
    )
  }
}
