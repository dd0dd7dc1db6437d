import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT, TestServer } from '../harness.ts'
import { expectProblem, Installation, type Issued, type Organization } from './installation.ts'

const PRESETS = ['insider-2024', 'insider-one', 'insidemaps', 'insites']
const UCD = 'insider-one-ucd'
const PROFILE = ['POST', '/api/user/v1/profile'] as const

let house: Installation
let acme: Organization

beforeAll(async () => {
  house = await Installation.start(PRESETS)
  acme = await house.organization('acme', { aliases: ['acmebrand'], environments: ['live', 'production', 'staging'] })
})
afterAll(async () => house[Symbol.asyncDispose]())

const asked = (api: string, secret: string, more: Record<string, unknown> = {}) => house.verify({ api, secret, organization: 'acme', ip: '127.0.0.1', ...more })
const verdict = async (...question: Parameters<typeof asked>): Promise<string> => (await asked(...question)).reason ?? 'allowed'

test('the four presets stand side by side in one installation: applying any of them again changes nothing', async () => {
  for (const preset of PRESETS) {
    const file = { key: house.operator, body: readFileSync(join(ROOT, 'presets', `${preset}.yaml`), 'utf8'), headers: { 'content-type': 'application/yaml' } }
    expect(await house.server.must(200, 'POST', '/v1/config:diff', file), preset).toEqual({ changes: [] })
    expect(await house.server.must(200, 'POST', '/v1/config:apply', file), preset).toEqual({ changes: [] })
  }
  const config = await house.server.must(200, 'GET', '/v1/config', { key: house.operator })
  expect(config.keyTypes).toHaveLength(15 + 15 + 2 + 1)
  expect(new Set(config.keyTypes.map(({ prefix }: { prefix: string }) => prefix)).size).toBe(config.keyTypes.length)
  // The whole of it, read back and applied, is what stands there.
  expect(await house.server.must(200, 'POST', '/v1/config:diff', { key: house.operator, body: config })).toEqual({ changes: [] })
})

test('the four presets do not disturb each other: every key is let in by the APIs of its own type and by no other', async () => {
  const config = await house.server.must(200, 'GET', '/v1/config', { key: house.operator })
  const { items: offers } = await house.server.must(200, 'GET', `${acme.path}/key-types`, { key: acme.administrator })
  const held = new Map<string, string>()
  for (const { type, policy, environments } of offers) {
    if (policy.autoProvision) {
      const [key] = await acme.keys(`&type=${type}&environment=production`)
      held.set(type, (await acme.command(key as { id: string }, 'reveal')).body.secret)
    } else {
      const wish = { type, environment: environments[0], addresses: policy.addresses.mode === 'off' ? undefined : 'any' }
      const issued = await acme.issue({
        ...wish,
        ...(policy.naming.mode === 'required' ? { name: type } : {}),
        ...(policy.expiry.mode === 'required' ? { expiresInSeconds: 3600 } : {}),
      })
      if (issued.key.status === 'pending') await acme.command(issued.key, 'activate')
      held.set(type, issued.secret)
    }
  }
  expect(held.size).toBe(33)
  expect((await acme.keys()).filter(({ type }) => type === 'insites-instance-key')).toHaveLength(2)
  for (const { slug, accepts, environment } of config.apis) {
    for (const [type, secret] of held) {
      const mints = offers.find((offer: { type: string }) => offer.type === type).policy.mints !== null
      const expected =
        accepts.includes(type) && mints
          ? ['exchange_required']
          : accepts.includes(type)
            ? slug === 'insites-crm-staging'
              ? ['wrong_environment']
              : ['allowed']
            : ['wrong_type', 'wrong_environment']
      expect(expected, `${type} on ${slug} (${environment})`).toContain(await verdict(slug, secret))
    }
  }
})

test('replace with overlap: both values work until finish-overlap, then the old one is replaced; counters and history stay', async () => {
  const { key, secret: old } = await acme.issue({ type: 'insider-one-transactional-sms', addresses: 'any' })
  const api = 'insider-one-transactional-sms'
  const replaced = await acme.command(key, 'replace', { body: { expectedVersion: 1, overlapSeconds: 3600 } })
  const { secret: fresh } = replaced.body as Issued
  expect([replaced.status, replaced.body.key.id, await verdict(api, old), await verdict(api, fresh)]).toEqual([200, key.id, 'allowed', 'allowed'])
  expect((await asked(api, old)).key.secretVersion).toBe(1)
  expectProblem(await acme.command(key, 'replace', { body: { expectedVersion: 2, overlapSeconds: 60 } }), 409, 'overlap_running')
  expectProblem(await acme.command(key, 'replace', { body: { expectedVersion: 1 } }), 409, 'version_changed')
  const { lastSeen } = await house.server.must(200, 'GET', `${acme.path}/keys/${key.id}/usage`, { key: acme.administrator })
  expect(lastSeen).toMatchObject([
    { secretVersion: 2, calls: 1 },
    { secretVersion: 1, calls: 2 },
  ])
  expect((await acme.command(key, 'finish-overlap')).status).toBe(200)
  expect([await verdict(api, old), await verdict(api, fresh)]).toEqual(['replaced', 'allowed'])
  expectProblem(await acme.command(key, 'finish-overlap'), 409, 'no_overlap')
  const actions = (await acme.events(`subject=${key.id}&action=key`)).map(({ action }) => action)
  expect(actions).toEqual(['key.overlap_finished', 'key.replaced', 'key.issued'])
})

test('replace with overlap: left alone, the old value ends at the instant of the overlap', async () => {
  const api = 'insider-one-transactional-sms'
  const start = Date.now() + 86_400_000
  const setClock = (instant: number) => house.server.setClock(new Date(instant).toISOString())
  await setClock(start)
  const { key, secret: old } = await acme.issue({ type: api, addresses: 'any' })
  const { secret: fresh } = (await acme.command(key, 'replace', { body: { expectedVersion: 1, overlapSeconds: 3600 } })).body
  await setClock(start + 3_599_999)
  expect([await verdict(api, old), await verdict(api, fresh)]).toEqual(['allowed', 'allowed'])
  await setClock(start + 3_600_000)
  expect([await verdict(api, old), await verdict(api, fresh)]).toEqual(['replaced', 'allowed'])
})

test('a suspended organization is refused everywhere at once and issues nothing; restored, the same keys work', async () => {
  const late = await house.organization('late-payer', { environments: ['live', 'production'] })
  const { secret, key } = await late.issue({ type: UCD, addresses: 'any' })
  const instance = (await late.command((await late.keys('&environment=production'))[0] as { id: string }, 'reveal')).body.secret
  const all = async () => Promise.all([verdict(UCD, secret, { organization: 'late-payer' }), verdict('insites-crm', instance, { organization: 'late-payer' })])
  const api = await house.sample(UCD)
  const profile = () => api.call(...PROFILE, { 'x-request-token': secret, 'x-partner-name': 'late-payer' })
  expect([...(await all()), (await profile()).status]).toEqual(['allowed', 'allowed', 200])
  await house.server.must(200, 'PATCH', late.path, { key: house.operator, body: { status: 'suspended' } })
  expect(await all()).toEqual(['organization_suspended', 'organization_suspended'])
  expect(await profile()).toMatchObject({ status: 401, reason: 'organization_suspended' })
  expectProblem(await late.tryIssue({ type: UCD, addresses: 'any' }, house.operator), 409, 'organization_suspended')
  expect(await verdict(UCD, (await acme.issue({ type: UCD, addresses: 'any' })).secret)).toBe('allowed')
  await house.server.must(200, 'PATCH', late.path, { key: house.operator, body: { status: 'active' } })
  expect([...(await all()), (await profile()).status]).toEqual(['allowed', 'allowed', 200])
  expect((await late.keys(`&type=${UCD}`)).map(({ id, status }) => [id, status])).toEqual([[key.id, 'active']])
})

test('an entitlement that is withdrawn ends what it paid for at the next call, and nothing else', async () => {
  const basic = await house.organization('downgraded', { entitlements: ['insider-upsert'] })
  const own = { organization: 'downgraded' }
  const secrets = [(await basic.issue({ type: UCD, addresses: 'any' })).secret, (await basic.issue({ type: 'insider-2024-ucd' })).secret] as const
  const may = (scope: string) =>
    Promise.all([verdict(UCD, secrets[0], { ...own, requiredScopes: [scope] }), verdict('insider-2024-ucd', secrets[1], { ...own, requiredScopes: [scope] })])
  expect(await may('ucd.upsert')).toEqual(['allowed', 'allowed'])
  await house.server.must(200, 'PATCH', basic.path, { key: house.operator, body: { entitlements: [] } })
  expect(await may('ucd.upsert')).toEqual(['not_entitled', 'not_entitled'])
  expect(await may('ucd.profile')).toEqual(['allowed', 'allowed'])
  expect(await asked(UCD, secrets[0], { ...own, requiredScopes: ['ucd.upsert'] })).toMatchObject({ status: 403, missing: ['insider-upsert'] })
  await house.server.must(200, 'PATCH', basic.path, { key: house.operator, body: { entitlements: ['insider-upsert'] } })
  expect(await may('ucd.upsert')).toEqual(['allowed', 'allowed'])
})

test('from the command line alone: bootstrap, config apply, orgs create, keys issue, verify, replace, remove, audit list', async () => {
  await using server = await TestServer.start()
  const key = await server.bootstrap()
  const keywright = async (commandLine: string, options: { stdin?: string; env?: Record<string, string>; key?: string } = {}) => {
    const { code, stdout, stderr } = await server.cli(commandLine.split(' '), { key, ...options })
    return { code, stdout: stdout.trimEnd(), stderr }
  }
  const apply = await keywright(`config apply ${join(ROOT, 'presets/insider-one.yaml')} --yes`)
  expect([apply.code, apply.stdout]).toEqual([0, expect.stringMatching(/^Applied: [1-9]\d* created, 0 changed\.$/)])
  expect((await keywright('orgs create acme --alias acmebrand --entitlement insider-upsert --environment live')).code).toBe(0)
  const keyFile = join(server.folder, 'verifier.key')
  writeFileSync(keyFile, (await keywright(`verifier-keys issue --name api --api ${UCD}`)).stdout, { mode: 0o600 })

  const bad = await keywright(`keys issue acme --type ${UCD} --address 300.1.1.1`)
  expect([bad.code === 0, bad.stdout]).toEqual([false, ''])
  const issued = await keywright(`keys issue acme --type ${UCD} --address 192.0.2.0/24=office`)
  expect(issued.stdout, 'the secret alone').toMatch(/^ins_ucd_[0-9A-Za-z]{38}$/)
  const id = /key_[0-9a-z]+/.exec(issued.stderr)?.[0] as string
  const verify = async (secret: string, ip = '192.0.2.7') => {
    const { code, stdout } = await server.cli(['verify', '--organization', 'acme', '--ip', ip, '--json'], {
      stdin: `${secret}\n`,
      env: { KEYWRIGHT_KEY_FILE: keyFile },
    })
    return [code, JSON.parse(stdout).reason ?? 'allowed']
  }
  expect(await verify(issued.stdout)).toEqual([0, 'allowed'])
  expect(await verify(issued.stdout, '203.0.113.1')).toEqual([1, 'ip_not_allowed'])
  const replaced = await keywright(`keys replace acme ${id} --expected-version 1`)
  expect([await verify(issued.stdout), await verify(replaced.stdout)]).toEqual([
    [1, 'replaced'],
    [0, 'allowed'],
  ])
  expect((await keywright(`keys remove acme ${id} --yes`)).stdout).toBe(`Key ${id} is removed.`)
  expect(await verify(replaced.stdout)).toEqual([1, 'removed'])
  // What is used up is refused as an argument too: it would stand in the shell's history.
  expect((await keywright(`verify ${replaced.stdout}`)).code).toBe(2)

  const audit = await keywright(`audit list --organization acme --subject ${id} --action key --json`)
  expect(JSON.parse(audit.stdout).items.map(({ action }: { action: string }) => action)).toEqual(['key.removed', 'key.replaced', 'key.issued'])
  const shown = await keywright('audit list --organization acme')
  expect(shown.stdout).toContain('organization.created')
  for (const secret of [issued.stdout, replaced.stdout]) expect(shown.stdout + audit.stdout + server.output).not.toContain(secret)
})
