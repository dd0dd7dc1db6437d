/** What invitations need from the installation. */
export interface InvitationSettings {
  /** How long a link can be used. */
  days: number
  /** Origin that links lead to, without a trailing slash; it comes from the configuration, never from a request. */
  consoleUrl: () => string
  supportContact: string | null
  /** False: links are kept in the outbox, where an operator reads them. */
  mailConfigured: boolean
}
