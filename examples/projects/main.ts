import Fastify from 'fastify'
import { keepBodyText, listen, protect } from '../shared/keywright.ts'
import { settings } from '../shared/settings.ts'
import { exchange } from './session-token.ts'

/** Projects and their images, for calls with an API key or with a session token. */
const app = Fastify(settings)

// Whoever names another organization learns nothing of it, not even that it exists.
const HIDDEN = { organization_mismatch: 404 }

interface Project {
  id: string
  name: string
  images: { id: string; name: string }[]
}
const organizations = new Map<string, Map<string, Project>>()
function projectsOf({ organizationId }: { organizationId: string }): Map<string, Project> {
  let projects = organizations.get(organizationId)
  if (!projects) organizations.set(organizationId, (projects = new Map()))
  return projects
}

// No key of an API comes here but master tokens, and Keywright's token endpoint is who judges these.
await app.register(async (open) => {
  keepBodyText(open)
  open.get('/api/v2/sessionToken', async (request, reply) => exchange(request, reply))
})

await app.register(async (guarded) => {
  protect(guarded, { api: 'insidemaps', statusFor: HIDDEN })
  const name = { type: 'object', required: ['name'], properties: { name: { type: 'string', minLength: 1, maxLength: 200 } } }
  const path = '/api/v2/organizations/:organization'
  type Params = { Params: { project: string } }
  type Named = { Body: { name: string } }
  const require = (project: Project | undefined): Project => {
    if (!project) throw Object.assign(new Error('There is no such project'), { statusCode: 404 })
    return project
  }

  guarded.get(path, async ({ key }) => ({ data: { id: key.organizationId, name: key.organization, projects: projectsOf(key).size } }))
  guarded.get(`${path}/projects`, async ({ key }) => ({ data: [...projectsOf(key).values()] }))
  guarded.post<Named>(`${path}/projects`, { schema: { body: name } }, async ({ key, body }, reply) => {
    const projects = projectsOf(key)
    const project = { id: `p${projects.size + 1}`, name: body.name, images: [] }
    projects.set(project.id, project)
    return reply.code(201).send({ data: project })
  })
  guarded.get<Params>(`${path}/projects/:project`, async ({ key, params }) => ({ data: require(projectsOf(key).get(params.project)) }))
  guarded.patch<Params & Named>(`${path}/projects/:project`, { schema: { body: name } }, async ({ key, params, body }) => ({
    data: Object.assign(require(projectsOf(key).get(params.project)), { name: body.name }),
  }))
  guarded.delete<Params>(`${path}/projects/:project`, async ({ key, params }, reply) => {
    require(projectsOf(key).get(params.project))
    projectsOf(key).delete(params.project)
    return reply.code(204).send()
  })
  guarded.get<Params>(`${path}/projects/:project/images`, async ({ key, params }) => ({ data: require(projectsOf(key).get(params.project)).images }))
  guarded.post<Params & Named>(`${path}/projects/:project/images`, { schema: { body: name } }, async ({ key, params, body }, reply) => {
    const { images } = require(projectsOf(key).get(params.project))
    const image = { id: `i${images.length + 1}`, name: body.name }
    images.push(image)
    return reply.code(201).send({ data: image })
  })
})

await listen(app, 'projects')
