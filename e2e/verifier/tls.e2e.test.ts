import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { INSTALL_TIMEOUT, requireDebianPackage } from '../debian-package.ts'
import { Installation, until } from './installation.ts'

let installation: Installation
let folder: string
let ca: string
let proxy: Server
let port: number

beforeAll(async () => {
  await requireDebianPackage({ name: 'openssl', purpose: 'openssl, to make a certificate', isThere: () => spawnSync('openssl', ['version']).status === 0 })
  installation = await Installation.start()
  folder = mkdtempSync(join(tmpdir(), 'keywright-tls-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const words = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost'
  execFileSync('openssl', [...words.split(' '), '-keyout', key, '-out', cert], { stdio: 'ignore' })
  ca = readFileSync(cert, 'utf8')
  // What stands before Keywright where keys come over a network.
  proxy = createServer({ key: readFileSync(key), cert: ca }, (client) => {
    const upstream = connect(Number(new URL(installation.server.url).port), '127.0.0.1')
    for (const socket of [client, upstream]) socket.on('error', () => {}).on('close', () => (client.destroy(), upstream.destroy()))
    client.pipe(upstream).pipe(client)
  }).listen(0, '127.0.0.1')
  await once(proxy, 'listening')
  ;({ port } = proxy.address() as AddressInfo)
}, INSTALL_TIMEOUT)
afterAll(async () => {
  await installation?.[Symbol.asyncDispose]()
  proxy?.close()
  rmSync(folder, { recursive: true, force: true })
})

test('over TLS, with the authority that was given, a verifier decides and hears of a revocation', async () => {
  const { id, secret } = await installation.issue()
  const verifier = installation.verifier({ url: `https://localhost:${port}`, ca })
  await verifier.ready()
  expect(verifier.verify({ secret }).valid).toBe(true)
  await installation.server.must(200, 'POST', `/v1/organizations/acme/keys/${id}:deactivate`, { key: installation.key, body: {} })
  await until('it refuses', () => !verifier.verify({ secret }).valid)
  await verifier.close()
})

test.each<[string, () => { url: string; ca?: string }, string]>([
  [
    'an authority that is not known',
    () => ({ url: `https://localhost:${port}` }),
    'its certificate is signed by itself; give the authority as `ca` (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ],
  ['another name', () => ({ url: `https://127.0.0.1:${port}`, ca }), 'its certificate is for another name (ERR_TLS_CERT_ALTNAME_INVALID)'],
  ['http: where TLS is spoken', () => ({ url: `http://127.0.0.1:${port}` }), 'the connection was cut; is the URL to begin with https:? (ECONNRESET)'],
  [
    'https: where none is spoken',
    () => ({ url: installation.server.url.replace('http:', 'https:') }),
    'it does not speak TLS there; is the URL to begin with http:? (EPROTO)',
  ],
])('%s is said in words, and the key is not sent', async (_what, options, sentence) => {
  const verifier = installation.verifier(options())
  await expect(verifier.ready({ timeoutSeconds: 1 })).rejects.toThrow(`Not ready within 1 second: ${options().url} cannot be reached: ${sentence}`)
  await verifier.close()
})
