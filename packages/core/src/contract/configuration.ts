import { z } from 'zod'
import { api as apiInput } from '../configuration/api.ts'
import { addressRule } from '../configuration/fields.ts'
import { keyType as keyTypeInput } from '../configuration/key-type.ts'
import { instantOut } from './common.ts'
import type { Operation } from './operation.ts'

const anyObject = z.record(z.string(), z.unknown())

export const configurationDiff = z.object({
  changes: z.array(
    z.object({
      section: z.string(),
      slug: z.string(),
      kind: z.enum(['created', 'changed']),
      fields: z.array(z.object({ path: z.string(), from: z.unknown(), to: z.unknown() })),
      effect: z.array(z.string()),
      /** What it touches now. */
      keys: z.int(),
      organizations: z.int(),
    }),
  ),
})

const keyTypeOut = z.object({
  keyType: anyObject.describe('In the form of a configuration file.'),
  keys: z.int(),
  organizations: z.int(),
  updatedAt: instantOut,
})
const apiOut = z.object({ api: anyObject.describe('In the form of a configuration file.'), updatedAt: instantOut })

/** A configuration file: its text (YAML or JSON, as `application/yaml`), or its object (as `application/json`). */
const configurationBody = z.union([z.string(), anyObject])
const FILE = { consumes: ['application/json', 'application/yaml', 'text/yaml'], bodyLimit: 1_048_576 } as const

export const configurationOperations = [
  {
    id: 'configuration.get',
    method: 'GET',
    path: '/v1/config',
    tag: 'Configuration',
    summary: 'The whole configuration, in the form of a file',
    authority: { kind: 'installation', action: 'configuration:read' },
    success: { status: 200, schema: anyObject },
    versioned: 'configuration',
  },
  {
    id: 'configuration.diff',
    method: 'POST',
    path: '/v1/config:diff',
    tag: 'Configuration',
    summary: 'What applying this file would change, and whom it touches',
    authority: { kind: 'installation', action: 'configuration:read' },
    body: configurationBody,
    ...FILE,
    success: { status: 200, schema: configurationDiff },
  },
  {
    id: 'configuration.apply',
    method: 'POST',
    path: '/v1/config:apply',
    tag: 'Configuration',
    summary: 'Create and change what the file names; nothing is deleted',
    authority: { kind: 'installation', action: 'configuration:manage' },
    body: configurationBody,
    ...FILE,
    success: { status: 200, schema: configurationDiff },
    takesAway: 'changes',
    versioned: 'configuration',
  },
  {
    id: 'key-types.list',
    method: 'GET',
    path: '/v1/key-types',
    tag: 'Configuration',
    summary: 'List key types',
    authority: { kind: 'installation', action: 'configuration:read' },
    success: { status: 200, schema: z.object({ items: z.array(keyTypeOut) }) },
  },
  {
    id: 'key-types.get',
    method: 'GET',
    path: '/v1/key-types/{type}',
    tag: 'Configuration',
    summary: 'Read a key type',
    authority: { kind: 'installation', action: 'configuration:read' },
    success: { status: 200, schema: keyTypeOut },
    versioned: 'key-type',
  },
  {
    id: 'key-types.put',
    method: 'PUT',
    path: '/v1/key-types/{type}',
    tag: 'Configuration',
    summary: 'Create or replace a key type',
    authority: { kind: 'installation', action: 'configuration:manage' },
    body: keyTypeInput,
    success: { status: 200, schema: configurationDiff },
    takesAway: 'changes',
    versioned: 'key-type',
  },
  {
    id: 'key-types.remove',
    method: 'DELETE',
    path: '/v1/key-types/{type}',
    tag: 'Configuration',
    summary: 'Remove a key type that has no keys and that no API accepts',
    authority: { kind: 'installation', action: 'configuration:manage' },
    success: { status: 204 },
    takesAway: 'ends',
    versioned: 'key-type',
  },
  {
    id: 'apis.list',
    method: 'GET',
    path: '/v1/apis',
    tag: 'Configuration',
    summary: 'List registered APIs',
    authority: { kind: 'installation', action: 'configuration:read' },
    success: { status: 200, schema: z.object({ items: z.array(apiOut) }) },
  },
  {
    id: 'apis.get',
    method: 'GET',
    path: '/v1/apis/{api}',
    tag: 'Configuration',
    summary: 'Read a registered API',
    authority: { kind: 'installation', action: 'configuration:read' },
    success: { status: 200, schema: apiOut },
    versioned: 'api',
  },
  {
    id: 'apis.put',
    method: 'PUT',
    path: '/v1/apis/{api}',
    tag: 'Configuration',
    summary: 'Register or replace an API',
    authority: { kind: 'installation', action: 'configuration:manage' },
    body: apiInput,
    success: { status: 200, schema: configurationDiff },
    takesAway: 'changes',
    versioned: 'api',
  },
  {
    id: 'apis.remove',
    method: 'DELETE',
    path: '/v1/apis/{api}',
    tag: 'Configuration',
    summary: 'Remove a registered API',
    authority: { kind: 'installation', action: 'configuration:manage' },
    success: { status: 204 },
    takesAway: 'ends',
    versioned: 'api',
  },
  {
    id: 'address-lists.get',
    method: 'GET',
    path: '/v1/organizations/{org}/address-lists/{type}',
    tag: 'Address lists',
    summary: "Read the organization's list for a type",
    authority: { kind: 'organization', action: 'keys:read' },
    success: { status: 200, schema: z.object({ type: z.string(), addresses: addressRule, updatedAt: instantOut.nullable() }) },
    versioned: 'address-list',
  },
  {
    id: 'address-lists.put',
    method: 'PUT',
    path: '/v1/organizations/{org}/address-lists/{type}',
    tag: 'Address lists',
    summary: "Set the organization's list for a type",
    authority: { kind: 'organization', action: 'address-lists:manage' },
    body: z.strictObject({ addresses: addressRule }),
    success: { status: 200, schema: z.object({ type: z.string(), addresses: addressRule, updatedAt: instantOut.nullable() }) },
    takesAway: 'changes',
    versioned: 'address-list',
  },
] as const satisfies readonly Operation[]
