import { z } from 'zod'
import { PROBLEM_CODES } from '../problem-code.ts'
import { problem, propagation } from './common.ts'
import type { Operation } from './operation.ts'
import { OPERATIONS } from './operations.ts'

type Json = Record<string, unknown>

const schemaOf = (schema: z.ZodType, io: 'input' | 'output'): Json => {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json
  return rest
}

/** The OpenAPI 3.1 document of the whole HTTP surface, made from the contract. */
export function openApiDocument(version = '0.1.0'): Json {
  const paths: Record<string, Json> = {}
  for (const operation of OPERATIONS) {
    paths[operation.path] = { ...paths[operation.path], [operation.method.toLowerCase()]: describe(operation) }
  }
  paths['/v1/authorize/{api}'] = Object.fromEntries(['get', 'post', 'put', 'patch', 'delete', 'head', 'options'].map((method) => [method, forwardAuth(method)]))
  return {
    openapi: '3.1.0',
    info: {
      title: 'Keywright',
      version,
      description: 'API keys for the customers of a SaaS company.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    paths,
    components: {
      securitySchemes: {
        managementKey: { type: 'http', scheme: 'bearer', description: 'A management key (`kw_mgmt_...`).' },
        verifierKey: { type: 'http', scheme: 'bearer', description: 'A verifier key (`kw_verify_...`).' },
        forwardAuthKey: { type: 'apiKey', in: 'header', name: 'Keywright-Verifier', description: 'A verifier key, set by the proxy.' },
      },
      schemas: { Problem: { ...schemaOf(problem, 'output'), description: `RFC 9457. Codes: ${Object.keys(PROBLEM_CODES).join(', ')}.` } },
    },
  }
}

function describe(operation: Operation): Json {
  const { success } = operation
  const content = success.schema
    ? { 'application/json': { schema: operation.takesAway ? { allOf: [schemaOf(success.schema, 'output'), CONFIRMED] } : schemaOf(success.schema, 'output') } }
    : Object.fromEntries((success.contentTypes ?? []).map((type) => [type, { schema: { type: 'string' } }]))
  return {
    operationId: operation.id,
    summary: operation.summary,
    tags: [operation.tag],
    ...(operation.authority.kind === 'open' ? {} : { security: [{ [operation.authority.kind === 'verifier' ? 'verifierKey' : 'managementKey']: [] }] }),
    'x-keywright-authority': operation.authority,
    parameters: [...pathParameters(operation.path), ...queryParameters(operation), ...sharedParameters(operation)],
    ...(operation.body
      ? {
          requestBody: {
            required: !operation.bodyOptional,
            content: Object.fromEntries(
              (operation.consumes ?? ['application/json']).map((type) => [type, { schema: schemaOf(operation.body as z.ZodType, 'input') }]),
            ),
          },
        }
      : {}),
    responses: {
      [success.status]: {
        description: operation.answersSecret ? 'Done; the only answer that carries the secret.' : 'Done.',
        ...(Object.keys(content).length > 0 ? { content } : {}),
        ...(operation.versioned ? { headers: { ETag: { schema: { type: 'string' } } } } : {}),
      },
      ...(operation.idempotent && success.status !== 200 ? { 200: REPEATED } : {}),
      ...(operation.takesAway && success.status === 204
        ? { 200: { description: 'Done, with `confirm=true`.', content: { 'application/json': { schema: CONFIRMED } } } }
        : {}),
      default:
        operation.protocol === 'oauth'
          ? OAUTH_ERROR
          : { description: 'A problem.', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  }
}

const OAUTH_ERROR = {
  description: 'An error as in RFC 6749 section 5.2, with our `reason` beside it.',
  content: {
    'application/json': {
      schema: {
        type: 'object',
        properties: { error: { type: 'string' }, error_description: { type: 'string' }, reason: { type: 'string' }, request_id: { type: 'string' } },
        required: ['error', 'error_description'],
      },
    },
  },
}

const CONFIRMED: Json = {
  type: 'object',
  properties: { propagation: { ...schemaOf(propagation, 'output'), description: 'Only with `confirm=true`.' } },
}
const REPEATED: Json = {
  description:
    'Done before under this Idempotency-Key: the answer of then. Where it had a secret, `secret` is null, `secretShownAt` says when it was shown, and `nextStep` what can be done.',
}

/** What many operations take in the same way. */
function sharedParameters({ takesAway, idempotent, versioned, method }: Operation): Json[] {
  const header = (name: string, description: string): Json => ({ name, in: 'header', required: false, schema: { type: 'string' }, description })
  return [
    ...(takesAway
      ? [
          {
            name: 'confirm',
            in: 'query',
            required: false,
            schema: { type: 'string', enum: ['true', 'false'] },
            description: 'Wait, two seconds at most, until verifiers elsewhere decide by the change, and answer who does.',
          },
        ]
      : []),
    ...(idempotent ? [header('Idempotency-Key', 'For 24 hours, the same caller, organization, path and body are done once.')] : []),
    ...(versioned && method !== 'GET' ? [header('If-Match', 'ETag that was seen; 412 when it is another by now.')] : []),
  ]
}

function pathParameters(path: string): Json[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
}

function queryParameters(operation: Operation): Json[] {
  if (!operation.query) return []
  const schema = schemaOf(operation.query, 'input') as { properties?: Record<string, Json>; required?: string[] }
  return Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
    ...(property.description ? { description: property.description } : {}),
  }))
}

function forwardAuth(method: string): Json {
  return {
    operationId: `authorize.${method}`,
    summary: 'Forward-auth: may the request that a proxy describes pass',
    tags: ['Verification'],
    security: [{ forwardAuthKey: [] }],
    parameters: [
      { name: 'api', in: 'path', required: true, schema: { type: 'string' } },
      {
        name: 'dialect',
        in: 'query',
        required: false,
        schema: { enum: ['default', 'nginx'] },
        description:
          '`nginx`: 401 or 403 only, the true status in `Keywright-Status`, the problem in `Keywright-Problem`; the client is read from `X-Original-*`, and `X-Forwarded-*` but for `-For` is not looked at. `default`: the other way round.',
      },
      ...['X-Forwarded-Method', 'X-Forwarded-Uri', 'X-Forwarded-Host', 'X-Forwarded-For', 'X-Original-Method', 'X-Original-Uri', 'X-Original-Host'].map(
        (name) => ({
          name,
          in: 'header',
          required: false,
          schema: { type: 'string' },
        }),
      ),
    ],
    responses: {
      200: { description: 'Let it pass; who it is stands in the `Keywright-*` header fields.' },
      default: { description: 'A problem for the end client.', content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } },
    },
  }
}
