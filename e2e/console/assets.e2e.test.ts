import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ROOT, TestServer } from '../harness.ts'
import { buildConsole } from '../../tools/build-console.ts'

let server: TestServer
beforeAll(async () => {
  expect(await buildConsole()).toBe(true)
  server = await TestServer.start()
})
afterAll(async () => await server[Symbol.asyncDispose]())

const HTML = { accept: 'text/html,application/xhtml+xml' }
const page = async (path: string, headers: Record<string, string> = HTML, method = 'GET') => await server.call(method, path, { headers })

describe('the console', () => {
  test.each(['/', '/sign-in', '/sign-in/link', '/organizations/acme/keys/key_1?tab=usage', '/operator/outbox', '/account'])('answers at %s', async (path) => {
    const { status, headers, body } = await page(path)
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(headers.get('cache-control')).toBe('no-cache')
    expect(body).toContain('<div id="root">')
  })

  test('lets no inline script run, nothing from elsewhere, no frame around it', async () => {
    const { headers, body } = await page('/')
    const policy = headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|http/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    // What the policy would refuse is not there.
    expect(body).not.toMatch(/<style|<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=/)
  })

  test('comes with assets that never change under their name, compressed where asked', async () => {
    const { body } = await page('/')
    const [, script] = /<script type="module"[^>]* src="(\/assets\/[^"]+\.js)"/.exec(body as string) as unknown as [string, string]
    const response = await fetch(server.url + script, { headers: { 'accept-encoding': 'identity' } })
    expect(response.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(response.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    const plain = await response.text()
    const { headers } = await fetch(server.url + script, { headers: { 'accept-encoding': 'br, gzip' } })
    expect(headers.get('content-encoding')).toBe('gzip')
    expect(headers.get('vary')).toBe('Accept-Encoding')
    const refused = await fetch(server.url + script, { headers: { 'accept-encoding': 'gzip;q=0' } })
    expect(refused.headers.get('content-encoding')).toBeNull()
    expect(await refused.text()).toBe(plain)
    const again = await page(script, { 'if-none-match': response.headers.get('etag') as string })
    expect(again.status).toBe(304)
  })

  test('tells a person that an address is wrong, and a program too', async () => {
    const person = await page('/nothing-here')
    expect(person.status).toBe(404)
    expect(person.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const program = await page('/nothing-here', { accept: '*/*' })
    expect(program.status).toBe(404)
    expect(program.body.code).toBe('not_found')
  })

  test.each(['/v1/nothing', '/v1', '/oauth2/nothing', '/.well-known/nothing', '/docs/nothing', '/assets/nothing.js', '/assets/../index.html', '/healthz/x'])(
    'never stands in for the API: %s is a problem also for a browser',
    async (path) => {
      const { status, headers, body } = await page(path)
      expect(status).toBe(404)
      expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
      expect(body.code).toBe('not_found')
    },
  )

  test.each(['/sources.stamp', '/.vite/manifest.json', '/assets/..%2f..%2fpackage.json', '/..%2fpackage.json'])(
    'gives no other file away: %s',
    async (path) => {
      const { status } = await page(path, { accept: '*/*' })
      expect(status).toBe(404)
    },
  )

  test('takes nothing but GET and HEAD', async () => {
    expect((await page('/sign-in', HTML, 'POST')).status).toBe(404)
    const head = await page('/sign-in', HTML, 'HEAD')
    expect([head.status, head.body]).toEqual([200, null])
  })
})

test('the build lies where the server looks for it', () => {
  expect(existsSync(join(ROOT, 'packages/console/dist/index.html'))).toBe(true)
})
