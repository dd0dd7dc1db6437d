import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PeopledInstallation, type PeopledOrganization } from './peopled-installation.ts'
import type { Person } from './person.ts'

/** The day of the pictures, and of the tests that look at every page. */
export const DEMO_NOW = '2026-09-14T09:30:00Z'
const DAY = 86_400_000
const KEYS = '/v1/organizations/harbour-coffee/keys'

export interface Demo {
  installation: PeopledInstallation
  organization: PeopledOrganization
  people: { operator: Person; owner: Person; administrator: Person; supervisor: Person; auditor: Person; member: Person }
  /** Ids by name. */
  keys: Record<string, string>
}

/** An installation in the middle of its life: keys in every state, a week of calls, a sunset to come, people who wait. */
export async function demoInstallation(env: Record<string, string> = {}): Promise<Demo> {
  const installation = await PeopledInstallation.start([], { now: '2026-06-02T08:00:00Z', env })
  const { server, key, operator } = installation
  const configuration = readFileSync(join(import.meta.dirname, 'demo-configuration.yaml'), 'utf8')
  await server.must(200, 'POST', '/v1/config:apply', { key, body: configuration, headers: { 'content-type': 'application/yaml' } })
  const organization = await installation.organization('harbour-coffee', {
    name: 'Harbour Coffee',
    aliases: ['harbour', 'shop-1042'],
    entitlements: ['bulk-orders'],
    environments: ['live', 'test'],
  })
  for (const [slug, name] of [
    ['lumen-books', 'Lumen Books'],
    ['tidewater-cycles', 'Tidewater Cycles'],
    ['fjord-outdoor', 'Fjord Outdoor'],
  ] as const)
    await installation.organization(slug, { name })

  const owner = await organization.person('owner')
  const administrator = await organization.person('administrator')
  const supervisor = await organization.person('supervisor')
  const auditor = await organization.person('auditor')
  const member = await organization.person('member')
  const people = { operator, owner, administrator, supervisor, auditor, member }
  const keys: Record<string, string> = {}
  const secrets: Record<string, string> = {}
  const at = async (instant: string, ...signedIn: Person[]) => {
    await server.setClock(instant)
    for (const person of signedIn) await person.signIn()
  }
  const issue = async (person: Person, type: string, body: { name: string } & Record<string, unknown>) => {
    const issued = await person.must(201, 'POST', KEYS, { type, ...body })
    keys[body.name] = issued.key.id
    secrets[body.name] = issued.secret
    return issued.key.id as string
  }
  const command = (person: Person, name: string, action: string, body?: unknown) => person.must(200, 'POST', `${KEYS}/${keys[name]}:${action}`, body)

  await issue(owner, 'rest-api', {
    name: 'Order import',
    environment: 'live',
    scopes: ['orders.read', 'orders.write', 'labels.read'],
    addresses: [
      { cidr: '203.0.113.0/28', label: 'Data centre' },
      { cidr: '198.51.100.7', label: 'Backup line' },
    ],
    expiresAt: '2027-06-01T22:00:00Z',
    tags: ['shop', 'critical'],
    metadata: { team: 'Platform' },
  })
  await issue(owner, 'checkout', { name: 'Old shop front', environment: 'live', origin: 'classic-checkout' })
  await at('2026-07-20T10:15:00Z', owner, administrator)
  await issue(administrator, 'rest-api', {
    name: 'Label printer',
    environment: 'live',
    scopes: ['labels.read'],
    addresses: 'any',
    expiresAt: '2026-09-18T22:00:00Z',
  })
  await issue(administrator, 'checkout', { name: 'Shop front', environment: 'live' })
  await issue(administrator, 'rest-api', { name: 'Winter sale', environment: 'live', addresses: 'any', expiresInSeconds: 90 * 86_400 })
  await issue(administrator, 'rest-api', { name: 'Load test', environment: 'test', addresses: 'any', expiresInSeconds: 30 * 86_400 })
  await issue(administrator, 'rest-api', { name: 'First try', environment: 'test', addresses: 'any', expiresInSeconds: 30 * 86_400 })
  await issue(administrator, 'sync-token', { name: 'Warehouse north', environment: 'live' })
  await command(administrator, 'Warehouse north', 'activate')
  await administrator.must(200, 'PUT', '/v1/organizations/harbour-coffee/address-lists/rest-api', {
    addresses: [
      { cidr: '203.0.113.0/24', label: 'Offices' },
      { cidr: '198.51.100.0/24', label: 'Lines' },
      { cidr: '2001:db8:42::/48', label: 'Offices, IPv6' },
    ],
  })
  await at('2026-08-24T07:50:00Z', administrator)
  await command(administrator, 'Winter sale', 'deactivate')
  await administrator.must(200, 'DELETE', `${KEYS}/${keys['First try']}`)

  await useKeys(installation, secrets)

  await at('2026-09-14T07:00:00Z', operator, owner, administrator, supervisor)
  secrets['Order import'] = (await command(administrator, 'Order import', 'replace', { expectedVersion: 1, overlapSeconds: 86_400 })).secret
  await issue(owner, 'sync-token', { name: 'Warehouse south', environment: 'live' })
  await supervisor.must(201, 'POST', `${organization.path}/invitations`, { email: 'nora@harbour-coffee.example', role: 'member' })
  await owner.must(201, 'POST', `${organization.path}/invitations`, { email: 'pavel@harbour-coffee.example', role: 'administrator' })
  await operator.must(201, 'POST', '/v1/operator-invitations', { email: 'ines@operator.example' })
  await operator.must(200, 'PATCH', '/v1/organizations/fjord-outdoor', { status: 'suspended' })
  await administrator.enroll()
  await operator.enroll()
  await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'orders-api production', apis: ['orders'] } })
  await at(DEMO_NOW)
  return { installation, organization, people, keys }
}

/** A week of calls, more by day than by night, from a few addresses; some are refused. */
async function useKeys({ server, key }: PeopledInstallation, secrets: Readonly<Record<string, string>>): Promise<void> {
  const { secret: verifier } = await server.must(201, 'POST', '/v1/verifier-keys', { key, body: { name: 'gateway', apis: 'all' } })
  const call = (name: string, ip: string, api = 'orders') =>
    server.must(200, 'POST', '/v1/verify', {
      key: verifier,
      body: {
        api,
        ip,
        request: {
          method: 'GET',
          path: name.includes('front') ? '/delivery-options' : '/orders',
          headers: { authorization: `Bearer ${secrets[name]}`, 'user-agent': 'parcel-client/3.2' },
        },
      },
    })
  const start = Date.parse('2026-09-07T10:00:00Z')
  for (let step = 0; step < 28; step++) {
    const now = start + step * (DAY / 4)
    await server.setClock(new Date(now).toISOString())
    const count = [3, 9, 6, 1][Math.floor(now / (DAY / 4)) % 4] as number
    for (let index = 0; index < count + (step % 3); index++) await call('Order import', index % 4 === 0 ? '198.51.100.7' : `203.0.113.${2 + (index % 3)}`)
    for (let index = 0; index < count; index += 2) await call('Old shop front', '192.0.2.44')
    for (let index = 0; index < count; index += 3) await call('Shop front', '192.0.2.45')
    if (step % 9 === 4) await call('Order import', '192.0.2.200')
  }
}
