import { z } from 'zod'
import { api } from './api.ts'
import { addressRule, slug } from './fields.ts'
import { keyType } from './key-type.ts'

/** What one organization's list for one type begins with or is set to by a file. */
export const addressListEntry = z.strictObject({ organization: z.string().min(1).max(100), keyType: slug, addresses: addressRule })

/** A configuration file. Apply creates and changes what it names and never deletes, so every section may be left out. */
export const configurationFile = z.strictObject({
  version: z.literal(1, 'Must be 1.'),
  entitlements: z.array(slug).max(500).default([]),
  environments: z.array(slug).max(50).default([]),
  keyTypes: z.array(keyType).max(200).default([]),
  apis: z.array(api).max(200).default([]),
  addressLists: z.array(addressListEntry).max(1000).default([]),
})
export type ConfigurationFile = z.output<typeof configurationFile>
export type ConfigurationInput = z.input<typeof configurationFile>

/** Names an installation begins with. */
export const FIRST_ENVIRONMENTS = ['live', 'test']
