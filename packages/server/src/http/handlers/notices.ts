import type { MessageStatus, PreviewRequest } from '@keywright/core/contract/notices.ts'
import { isId } from '@keywright/core/id.ts'
import { statusAt } from '@keywright/core/lifecycle.ts'
import { AppError } from '@keywright/core/problem-code.ts'
import { formatInstant } from '@keywright/core/time.ts'
import { type HitKey, previewSunset } from '../../management/configuration/preview-sunset.ts'
import { readMessage } from '../../management/notices/read-message.ts'
import { resendMessage } from '../../management/notices/resend-message.ts'
import { getMessage, listMessages, type StoredMessage } from '../../store/outbox.ts'
import type { HttpContext } from '../context.ts'
import { printCursor, readCreatedCursor } from '../cursor.ts'
import { handler, type Handlers } from '../handler.ts'
import { instantOrNull } from '../present/key.ts'

type PageQuery = { limit: number; cursor?: string }

export const noticeHandlers: Handlers = {
  'key-types.preview-sunset': handler<PreviewRequest, unknown>(async ({ context, parameters, body, now }) => {
    // Who was seen a moment ago counts too.
    await context.flushUsage()
    const { reader, build } = context.services.database
    const { limit, cursor, ...rule } = body
    const preview = await previewSunset(reader, build, parameters.type as string, rule, { limit, cursor: readCreatedCursor(cursor) }, now)
    return {
      body: {
        type: preview.type.slug,
        origin: body.origin,
        deprecatedAt: formatInstant(body.deprecatedAt),
        retiresAt: formatInstant(body.retiredAt),
        successor: body.successor,
        keys: preview.keys,
        organizations: preview.organizations,
        byOrganization: preview.byOrganization.map((each) => ({ ...each, lastSeenAt: instantOrNull(each.lastSeenAt) })),
        notices: preview.notices.map(({ days, at, passed }) => ({ days, at: formatInstant(Math.max(0, at)), passed })),
        items: preview.page.items.map((hit) => presentHit(hit, now)),
        nextCursor: printCursor(preview.page.next),
      },
    }
  }),
  'outbox.list': handler<unknown, PageQuery & { status?: MessageStatus }>(async ({ context, query }) => {
    const { reader, build } = context.services.database
    const cursor = readCreatedCursor(query.cursor)
    const { status, limit } = query
    const page = await listMessages(reader, build, { limit, ...(status === undefined ? {} : { status }), ...(cursor === undefined ? {} : { cursor }) })
    return { body: { items: page.items.map((message) => presentMessage(context, message)), nextCursor: printCursor(page.next) } }
  }),
  'outbox.get': handler(async ({ context, caller, parameters }) => {
    const { reader, build } = context.services.database
    const id = parameters.message as string
    const message = isId('message', id) ? await getMessage(reader, build, id) : null
    if (message === null) throw new AppError('not_found', 'There is no such message.')
    return { body: { ...presentMessage(context, message), ...(await readMessage(context.services, caller, message)) } }
  }),
  'outbox.resend': handler(async ({ context, caller, parameters }) => {
    const message = await resendMessage(context.services, caller, parameters.message as string, context.mailConfigured)
    context.wakeJobs()
    return { body: presentWhole(context, message) }
  }),
}

function presentHit({ key, slug, lastSeen }: HitKey, now: number) {
  const { id, organizationId, environment, name, origin, hint } = key
  return {
    id,
    organization: { id: organizationId, slug },
    environment,
    name,
    origin,
    hint,
    // Not yet retired: the rule is not there.
    status: statusAt({ status: key.status, expiresAt: key.expiresAt, retiredAt: null }, now),
    lastSeen: lastSeen === null ? null : { ...lastSeen, at: formatInstant(lastSeen.at) },
  }
}

function presentMessage(context: HttpContext, message: StoredMessage) {
  const { id, organizationId, kind, status, recipients, subject, attempts, nextAttemptAt, lastError, createdAt, sentAt } = message
  const slug = context.verifier.replica.organizationNamed(organizationId)?.slug ?? organizationId
  return {
    id,
    organization: { id: organizationId, slug },
    kind,
    status,
    recipients,
    subject,
    attempts,
    nextAttemptAt: instantOrNull(nextAttemptAt),
    lastError,
    createdAt: formatInstant(createdAt),
    sentAt: instantOrNull(sentAt),
  }
}

function presentWhole(context: HttpContext, message: StoredMessage) {
  const { text, html } = message
  return { ...presentMessage(context, message), text, html }
}
