import { beforeAll, expect, test } from 'vitest'
import { generateKey, NEXT, pasteAddresses, prepareKey, storeSecret, typeCard } from '../browser/key-pages.ts'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import { setStage } from '../browser/stage.ts'
import { type Sample, verdict } from '../systems/sample.ts'

/** B of the documented systems, by clicking in a real browser; the names are their vendor's. */
const NOW = '2025-09-01T00:00:00Z'
const stage = setStage(['insider-one'], { now: NOW })

const PAGE = '/organizations/acme/pages/integration-settings'
const ISSUE = 'Authorize and Generate'
let acme: PeopledOrganization
let data: Sample
let mobile: Sample
let push: Sample

beforeAll(async () => {
  const { installation } = stage
  acme = await installation.organization('acme', { name: 'Acme', aliases: ['acmebrand'], entitlements: ['insider-upsert'] })
  // The samples stand behind a proxy that is believed, which says where a call comes from.
  const behind = { TRUST_PROXY: '127.0.0.1' }
  ;[data, mobile, push] = await Promise.all([
    installation.sample('customer-data', ['insider-one-ucd'], { API: 'insider-one-ucd', ...behind }),
    installation.sample('mobile-push', ['insider-one-mobile'], behind),
    installation.sample('web-push', ['insider-one-web-push'], behind),
  ])
})

const profile = (secret: string, from: string) =>
  data.call({
    method: 'POST',
    path: '/api/user/v1/profile',
    headers: { 'x-partner-name': 'acmebrand', 'x-request-token': secret, 'x-forwarded-for': from },
    body: { identifiers: { email: 'nobody@example.com' } },
  })
const notify = (secret: string, from: string, headers: Record<string, string> = {}) =>
  mobile.call({
    method: 'POST',
    path: '/api/v1/notification/user',
    headers: { 'x-forwarded-for': from, ...headers },
    body: { title: 'Hello', message: 'World', users: ['u1'], ...(headers['authorization'] ? {} : { api_key: secret }) },
  })
const administrator = async () => stage.window(await acme.person('administrator'))

test('B.1 bad addresses are refused where they are typed, no key is made, and none needs an explicit choice', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  await window.link(ISSUE).first().click()
  await typeCard(window, 'UCD').check()
  await window.button(NEXT).click()
  await window.field('Name').fill('Servers')
  await window.button(NEXT).click()
  await window.heading('Where may it be used from?').waitFor()
  // Nothing entered is no answer.
  await window.button(NEXT).click()
  await window.says(/Name the addresses, or choose/)
  await pasteAddresses(window, '192.0.2.0/24 # office\n300.1.1.1\n2001:db8::/32\n10.0.0.0/33')
  await window.says('2 entries could not be read and stay in the field:')
  await window.says('Line 1')
  await window.says('Line 2')
  expect(await window.field('Addresses, one a line').inputValue()).toBe('300.1.1.1\n10.0.0.0/33')
  expect((await (await acme.person('administrator')).must(200, 'GET', `${acme.path}/keys`)).items).toEqual([])
})

test('B.1 a key is accepted from its trusted addresses and nowhere else, audited with the address; editing acts on the next call', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: ISSUE, type: 'UCD', name: 'Office', addresses: '192.0.2.0/24 # office\n2001:db8::/32' })
  await storeSecret(window)
  // 404: the key was let in, and there is no such profile.
  expect((await profile(secret, '192.0.2.77')).status).toBe(404)
  expect((await profile(secret, '::ffff:192.0.2.77')).status).toBe(404)
  expect(verdict(await profile(secret, '203.0.113.9'))).toBe('403 ip_not_allowed')

  await window.goto(PAGE)
  await window.link('Office').click()
  await window.button('Edit').click()
  await pasteAddresses(window, '203.0.113.0/24 # new line')
  await window.button('Save').click()
  await window.says('Saved')
  expect((await profile(secret, '203.0.113.9')).status).toBe(404)
  const { items } = await (await acme.person('auditor')).must(200, 'GET', `${acme.path}/audit-events?action=verification.refused`)
  expect(JSON.stringify(items)).toContain('203.0.113.9')
  await window.goto('/organizations/acme/audit-log?action=verification')
  await window
    .row(/refused a call with Office \(.*\): ip not allowed/)
    .first()
    .waitFor()
})

test('B.2 the mobile list of a new account lets in 127.0.0.1 alone until an administrator edits it; both lists must pass', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: ISSUE, type: 'Mobile', name: 'First phone', addresses: 'any' })
  await storeSecret(window)
  expect(verdict(await notify(secret, '203.0.113.9'))).toBe('403 ip_not_allowed')
  expect((await notify(secret, '127.0.0.1')).status).toBe(202)
  expect(verdict(await notify(secret, '127.0.0.1', { authorization: `Bearer ${secret}` }))).toBe('401 wrong_carrier')

  await window.link('Address lists').first().click()
  await window.page.getByRole('region', { name: 'Mobile' }).getByRole('button', { name: /^Edit/ }).click()
  await pasteAddresses(window, '203.0.113.0/24 # phones')
  await window.button('Save list').click()
  await window.says('The addresses of Mobile hold from the next call.')
  expect((await notify(secret, '203.0.113.9')).status).toBe(202)
})

test('B.2 two active mobile keys at most: deactivating, generating and reactivating cannot pass the cap', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  await generateKey(window, { button: ISSUE, type: 'Mobile', name: 'Second phone', addresses: 'any' })
  await storeSecret(window)
  await window.goto(PAGE)
  await window.says('2 of 2 used')
  await window.link(ISSUE).first().click()
  await window.expectDisabled(typeCard(window, 'Mobile'), /2 of 2 used\. Delete one first/)

  await window.goto(PAGE)
  await window.command('Commands for First phone', 'Deactivate')
  await window.dialog().getByRole('button', { name: 'Deactivate' }).click()
  await window.button('Close').last().click()
  await window.goto(PAGE)
  await generateKey(window, { button: ISSUE, type: 'Mobile', name: 'Third phone', addresses: 'any' })
  await storeSecret(window)
  await window.goto(PAGE)
  await window.command('Commands for First phone', 'Activate')
  await window.dialog().getByRole('button', { name: 'Activate' }).click()
  await window.expectRefusal('cap_reached')
  await window.says(/maximum of 2/)
})

test('B.3 keys made in the old settings end on their day, with warning before and the successor named, and nobody brings them back', async () => {
  const person = await acme.person('administrator')
  const { server } = stage.installation
  const old = await person.must(201, 'POST', `${acme.path}/keys`, {
    type: 'insider-one-web-push',
    name: 'Old pushes',
    origin: 'web-push-settings',
    addresses: 'any',
  })
  const window = await administrator()
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: ISSUE, type: 'Web Push', name: 'New pushes', addresses: 'any' })
  await storeSecret(window)
  await window.goto(PAGE)
  await window.says(/Keys of the type Web Push end on 15 Oct 2025/)

  const statistics = (key: string) =>
    push.call({ method: 'POST', path: '/api/v1/web-push/statistics', headers: { authorization: `Bearer ${key}` }, body: { partner_id: 'acmebrand' } })
  await server.setClock('2025-10-14T23:59:59.999Z')
  const warned = await statistics(old.secret)
  expect([warned.status, warned.headers['sunset']]).toEqual([200, 'Wed, 15 Oct 2025 00:00:00 GMT'])
  await server.setClock('2025-10-15T00:00:00Z')
  expect(verdict(await statistics(old.secret))).toBe('401 retired')
  expect((await statistics(secret)).status).toBe(200)

  const after = await stage.newWindow(person, { now: '2025-10-15T00:00:00Z' })
  await after.goto(`/organizations/acme/keys/${old.key.id}`)
  await after.says('Retired')
  await person.signIn()
  expect((await person.call('POST', `${acme.path}/keys/${old.key.id}:activate`)).status).toBe(409)
})

test('B.4 the steps lead back and forth without losing what was chosen, and cancelling makes nothing', async () => {
  const person = await acme.person('administrator')
  const before = (await person.must(200, 'GET', `${acme.path}/keys?limit=100`)).items.length
  const window = await stage.newWindow(person)
  await window.goto(PAGE)
  await prepareKey(window, { button: ISSUE, type: 'Transactional SMS', name: 'Campaign', addresses: '198.51.100.0/24' })
  await window.says(/accepted only from 198\.51\.100\.0\/24/)
  await window.button('Back').click()
  await window.says('198.51.100.0/24')
  await window.button('Back').click()
  expect(await window.field('Name').inputValue()).toBe('Campaign')
  await window.goto(PAGE)
  expect((await person.must(200, 'GET', `${acme.path}/keys?limit=100`)).items).toHaveLength(before)
})
