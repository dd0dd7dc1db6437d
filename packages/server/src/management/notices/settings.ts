import type { SendMail } from '../../events/mailer.ts'
import type { Caller } from '../services.ts'

/** What notices need from the configuration. */
export interface NoticeSettings {
  /** Null: no mail server is set up; messages are kept. */
  send: SendMail | null
  publicUrl: string | null
  supportContact: string | null
}

/** Who announces: no person. */
export const NOTICES: Caller = {
  actor: { kind: 'system', id: 'notices', name: null },
  role: 'operator',
  capabilities: new Set(),
  organizationId: null,
  requestId: null,
}
