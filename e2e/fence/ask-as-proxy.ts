import type { Answered } from '../harness.ts'
import type { World } from './world.ts'

/** What the proxy says of its client, unless a test says otherwise. */
export const ORDER = { 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/orders/1' }

/** As a proxy in front of the API `orders` asks; a field set to '' is left out. */
export function askAsProxy(
  world: World,
  { verifier, secret }: { verifier: string; secret: string },
  headers: Record<string, string> = {},
  { path = '/v1/authorize/orders', method = 'GET', key }: { path?: string; method?: string; key?: string } = {},
): Promise<Answered> {
  const fields = { 'keywright-verifier': verifier, authorization: `Bearer ${secret}`, ...ORDER, ...headers }
  return world.server.call(method, path, {
    headers: Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== '')),
    ...(key === undefined ? {} : { key }),
  })
}
