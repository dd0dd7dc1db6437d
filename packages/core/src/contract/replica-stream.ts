import { z } from 'zod'
import { slug, text } from '../configuration/fields.ts'
import { DENY_REASONS, type DenyReason } from '../verification/decision.ts'

const whole = z.int().min(0)
const cursor = z.object({ number: whole, mark: z.string().regex(/^[0-9a-f]{16}$/) })
const instance = z.string().regex(/^[A-Za-z0-9_-]{16,64}$/)

/** What a verifier says first. */
export const hello = z.object({
  type: z.literal('hello'),
  protocol: z.int(),
  /** APIs it decides for; each must be one of the verifier key's. */
  apis: z.array(slug).min(1).max(50),
  /** Random for each process that decides, so that it is known again after a cut. */
  instance,
  /** Verifiers whose snapshot files it took over: they answer no more. */
  continues: z.array(instance).max(20).default([]),
  name: text(100).default(''),
  host: text(255).default(''),
  pid: whole.default(0),
  sdk: text(40).default(''),
  /** How long it decides without hearing from the server. */
  stalenessSeconds: z.int().min(1).max(2_592_000),
  /** What it does past that: refuse, or serve on without bound. */
  onStale: z.enum(['refuse', 'serve']),
  /** How far its replica goes; null: it has none, and refuses everything until it has. */
  cursor: cursor.nullable(),
  /** Where a snapshot was cut off. */
  resume: z
    .object({ snapshot: z.string().max(100), next: whole })
    .nullable()
    .default(null),
})
export type Hello = z.output<typeof hello>

const ping = z.object({
  type: z.literal('ping'),
  id: whole,
  /** Keys in its replica, and decisions in the last second. */
  keys: whole.default(0),
  decisionsPerSecond: z.number().min(0).default(0),
  /** Usage that was dropped for lack of room, since it started. */
  usageDropped: whole.default(0),
})
const ack = z.object({ type: z.literal('ack'), number: whole })
/** It stops deciding. `kept`: it leaves a snapshot file from which another process may. */
const bye = z.object({ type: z.literal('bye'), kept: z.boolean().default(false) })

/** Rows of usage in one batch; more come in the next. */
export const MOST_USAGE_ROWS = 400

const address = z.string().max(64)
const count = z.int().min(1).max(1_000_000_000)
const decision = z.enum(['allowed', ...(Object.keys(DENY_REASONS) as DenyReason[])])
const keyId = z.string().max(40)

/** What was verified since the last batch. Numbers of batches grow; one that is stored is never stored again. */
const usage = z.object({
  type: z.literal('usage'),
  batch: z.int().min(1),
  lastSeen: z
    .array(z.object({ keyId, version: z.int().min(1), at: whole, address: address.nullable(), client: z.string().max(200).nullable(), calls: count }))
    .max(MOST_USAGE_ROWS),
  counts: z.array(z.object({ minute: whole, keyId, version: whole, decision, address, calls: count })).max(MOST_USAGE_ROWS),
  /** First refusals of their kind within an hour. */
  refusals: z.array(z.object({ keyId, reason: decision, detail: z.string().max(100).nullable(), address })).max(MOST_USAGE_ROWS),
  moreRefusals: whole,
})
export type UsageMessage = z.output<typeof usage>

/** Asks for calls of a key's limits; the digest of any of its secrets finds it. */
const lease = z.object({ type: z.literal('lease'), key: keyId, digest: z.string().length(43), want: z.int().min(1).max(1_000_000) })
const giveBack = z.object({ type: z.literal('giveBack'), lease: whole, unused: whole })

/** Everything a verifier sends, as text frames. */
export const verifierMessage = z.discriminatedUnion('type', [hello, ping, ack, usage, lease, giveBack, bye])
export type VerifierMessage = z.output<typeof verifierMessage>
