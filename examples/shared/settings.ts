import type { FastifyServerOptions } from 'fastify'

/** Only with a proxy in front is X-Forwarded-For believed, and only from that proxy: TRUST_PROXY=127.0.0.1 */
export const settings: FastifyServerOptions = {
  trustProxy: process.env.TRUST_PROXY ?? false,
  logger: { level: 'warn' },
  bodyLimit: 1_048_576,
}
