import { beforeAll, expect, test } from 'vitest'
import { generateKey, NEXT, prepareKey, storeSecret, typeCard } from '../browser/key-pages.ts'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import { setStage } from '../browser/stage.ts'
import { tracesInBrowser, tracesOfSecret } from '../browser/traces-of-secret.ts'
import { type Sample, verdict } from '../systems/sample.ts'

/** A of the documented systems, by clicking in a real browser; the names are their vendor's. */
const stage = setStage(['insider-2024'], { env: { KEYWRIGHT_LOG_LEVEL: 'trace' } })

const PAGE = '/organizations/acme/pages/integration-settings'
const GENERATE = 'Generate API Key'
let acme: PeopledOrganization
let data: Sample

beforeAll(async () => {
  const { installation } = stage
  acme = await installation.organization('acme', { name: 'Acme', aliases: ['acmebrand'] })
  data = await installation.sample('customer-data', ['insider-2024-ucd'])
})

const ada = { identifiers: { email: 'ada@example.com' } }
const ucd = (path: string, secret: string, body: unknown, partner = 'acmebrand') =>
  data.call({ method: 'POST', path, headers: { 'x-partner-name': partner, 'x-request-token': secret }, body })
const upsert = (secret: string) => ucd('/api/user/v1/upsert', secret, { users: [{ ...ada, attributes: { name: 'Ada' } }] })
const profile = (secret: string) => ucd('/api/user/v1/profile', secret, ada)
const exported = (secret: string) => ucd('/api/raw/v1/export', secret, {})
const administrator = async () => stage.window(await acme.person('administrator'))

test('A.1 an administrator picks one of thirteen types, sees the value once, copies it; it is nowhere afterwards', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  await window.link(GENERATE).first().click()
  await window.heading('What is the key for?').waitFor()
  expect(await window.page.getByRole('radio').count()).toBe(13)
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: GENERATE, type: 'Product Catalog' })
  expect(secret).toMatch(/^i24_catalog_[0-9A-Za-z]{38}$/)
  await window.button('Copy').first().click()
  expect(await window.page.evaluate('navigator.clipboard.readText()')).toBe(secret)
  // The search that finds nothing afterwards finds it now.
  expect(await tracesInBrowser(secret, window)).toEqual(['page'])

  // A stray click loses nothing: leaving asks first.
  await window.link('Members').first().click()
  await window.dialog('Leave without storing the secret?').waitFor()
  await window.button('Stay here').click()
  expect(await window.field('Secret').inputValue()).toBe(secret)
  await window.page.keyboard.press('Escape')
  expect(await window.field('Secret').inputValue()).toBe(secret)

  await storeSecret(window)
  await window.goto(PAGE)
  await window.row(secret.slice(-4)).waitFor()
  expect(await tracesOfSecret(secret, window, stage.installation.server)).toEqual([])
  await window.page.goBack()
  expect(await tracesOfSecret(secret, window, stage.installation.server)).toEqual([])
})

test('A.2 the generated token works on the UCD calls, for its own account alone', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: GENERATE, type: 'UCD' })
  await storeSecret(window)
  expect((await ucd('/api/raw/v1/export', secret, {}, 'AcmeBrand')).status).toBe(200)
  expect(verdict(await ucd('/api/raw/v1/export', secret, {}, 'zetabrand'))).toBe('401 organization_mismatch')
})

test('A.4 the package lacks Upsert: the page says so, upsert is refused; after the upgrade by the operator the same token upserts', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  await window.link(GENERATE).first().click()
  await typeCard(window, 'UCD').check()
  await window.button(NEXT).click()
  await window.says(/Refused until the organization’s package includes insider-upsert/)
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: GENERATE, type: 'UCD' })
  await storeSecret(window)
  expect(verdict(await upsert(secret))).toBe('403 not_entitled')
  expect((await profile(secret)).status).toBe(404)

  const operator = await stage.window(stage.installation.operator)
  await operator.goto('/operator/organizations/acme')
  await operator.field('insider-upsert').check()
  await operator.button('Save').click()
  await operator.says('Saved.')
  expect((await upsert(secret)).status).toBe(200)
  expect((await profile(secret)).status).toBe(200)
})

test('A.3 five UCD tokens at most: the page says so and who must delete one, and so does the API', async () => {
  const person = await acme.person('administrator')
  const { items } = await person.must(200, 'GET', `${acme.path}/keys?type=insider-2024-ucd`)
  for (let count = items.length; count < 5; count++) await person.must(201, 'POST', `${acme.path}/keys`, { type: 'insider-2024-ucd' })
  const window = await administrator()
  await window.goto(PAGE)
  await window.says('5 of 5 used')
  await window.link(GENERATE).first().click()
  await window.expectDisabled(typeCard(window, 'UCD'), /5 of 5 used\. Delete one first/)
  const sixth = await person.call('POST', `${acme.path}/keys`, { type: 'insider-2024-ucd' })
  expect([sixth.status, sixth.body.code]).toEqual([409, 'cap_reached'])
  expect(sixth.body.detail).toMatch(/maximum of 5/)
})

test('A.3 the cap is reached in another window while the steps are open: told at the last one, and nothing is made', async () => {
  const other = await stage.installation.organization('capped', { name: 'Capped' })
  const person = await other.person('administrator')
  for (let count = 0; count < 4; count++) await person.must(201, 'POST', `${other.path}/keys`, { type: 'insider-2024-ucd' })
  const window = await stage.window(person)
  await window.goto('/organizations/capped/pages/integration-settings')
  await prepareKey(window, { button: GENERATE, type: 'UCD' })
  await person.must(201, 'POST', `${other.path}/keys`, { type: 'insider-2024-ucd' })
  await window.button('Authorize and Generate').click()
  await window.expectRefusal('cap_reached')
  await window.says(/maximum of 5/)
  expect((await person.must(200, 'GET', `${other.path}/keys?limit=100`)).items).toHaveLength(5)
})

test.each(['supervisor', 'auditor', 'member'] as const)(
  'A.5 a person who is %s is refused on the page, told whom to ask, and by the API, audited',
  async (role) => {
    const person = await acme.person(role)
    const window = await stage.window(person)
    await window.goto(PAGE)
    await window.expectDisabled(window.button(GENERATE).first(), /Ask an? (owner|administrator)/)
    const refused = await person.call('POST', `${acme.path}/keys`, { type: 'insider-2024-email-content' })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    const events = await acme.events('&action=command.refused')
    expect(events.some(({ actor }) => actor.name === person.name)).toBe(true)
    // Nor by the address of the steps themselves.
    await window.goto(`${PAGE}/generate`)
    await window.says(/Ask an? (owner|administrator)/)
  },
)

test('A.5 a stranger sees nothing of the organization, on the page and by the API', async () => {
  const zeta = await stage.installation.organization('zeta', { name: 'Zeta', aliases: ['zetabrand'] })
  const stranger = await zeta.person('owner', { name: 'Stan Ferro', email: 'stan@zeta.example' })
  const window = await stage.window(stranger)
  await window.goto(PAGE)
  await window.says('There is nothing here')
  // The whole page: no frame of a page whose organization he must not know of.
  expect(await window.page.locator('main h1').allTextContents()).toEqual(['There is nothing here'])
  expect(await window.page.getByRole('navigation').getByRole('heading').allTextContents()).toEqual(['My organizations'])
  await window.forgetRefusals('not_found')
  expect((await stranger.call('GET', `${acme.path}/keys`)).status).toBe(404)
  expect((await stranger.call('POST', `${acme.path}/keys`, { type: 'insider-2024-ucd' })).status).toBe(404)
})

test('A.5 an administrator demoted in mid-session is refused at the next click; his earlier keys keep working', async () => {
  const person = await acme.person('administrator', { name: 'Dora Klein', email: 'dora@acme.example' })
  const owner = await acme.person('owner')
  const window = await stage.window(person)
  await window.goto(PAGE)
  await prepareKey(window, { button: GENERATE, type: 'Email Template' })
  const { items } = await owner.must(200, 'GET', `${acme.path}/members`)
  const { id } = items.find((each: { person: { email: string } }) => each.person.email === person.email)
  await owner.must(200, 'PATCH', `${acme.path}/members/${id}`, { role: 'member' })
  await window.button('Authorize and Generate').click()
  await window.expectRefusal('forbidden')
  await window.says(/administrator/)
  expect((await owner.must(200, 'GET', `${acme.path}/keys?type=insider-2024-email-template`)).items).toEqual([])
})

test('A.6 a lost value cannot be fetched; deleting refuses the token at the next call', async () => {
  const person = await acme.person('administrator')
  const { items } = await person.must(200, 'GET', `${acme.path}/keys?type=insider-2024-ucd&limit=1`)
  const window = await administrator()
  await window.goto(`/organizations/acme/keys/${items[0].id}`)
  await window.heading(/UCD/).first().waitFor()
  // Nothing on the page copies it: what is copied here is the id, by an icon.
  expect(await window.page.getByRole('button', { name: 'Copy', exact: true }).allTextContents()).toEqual([''])
  const refused = await person.call('POST', `${acme.path}/keys/${items[0].id}:reveal`)
  expect(refused.status).toBe(409)

  await person.must(200, 'DELETE', `${acme.path}/keys/${items[0].id}`)
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: GENERATE, type: 'UCD' })
  await storeSecret(window)
  expect((await exported(secret)).status).toBe(200)
  await window.goto(PAGE)
  await window
    .row(secret.slice(-4))
    .getByRole('button', { name: /^Commands for/ })
    .click()
  await window.menuItem('Delete').click()
  const dialog = window.dialog(/^Remove|^Delete/)
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  expect((await exported(secret)).status).toBe(200)
  await window
    .row(secret.slice(-4))
    .getByRole('button', { name: /^Commands for/ })
    .click()
  await window.menuItem('Delete').click()
  const typed = dialog.getByRole('textbox')
  if (await typed.isVisible()) await typed.fill(secret.slice(-4))
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await window.button('Close').last().click()
  expect(verdict(await exported(secret))).toBe('401 removed')
})

test('A.7 Web Push and Mobile keys have settings pages of their own, where administrators see them any time', async () => {
  const push = await stage.installation.sample('web-push', ['insider-2024-web-push'], { API: 'insider-2024-web-push' })
  const window = await administrator()
  await window.goto('/organizations/acme')
  await window.link('Web Push Settings').first().click()
  const secret = await generateKey(window, { button: GENERATE })
  await storeSecret(window)
  const create = (partner_id: string) =>
    push.call({
      method: 'POST',
      path: '/api/v1/web-push/create',
      headers: { authorization: `Bearer ${secret}` },
      body: { partner_id, title: 'Hello', message: 'World' },
    })
  expect((await create('acmebrand')).status).toBe(201)
  expect(verdict(await create('zetabrand'))).toBe('401 organization_mismatch')

  const later = await stage.newWindow(await acme.person('administrator'))
  await later.goto('/organizations/acme/pages/web-push-settings')
  await later.row(secret.slice(-4)).getByRole('link').first().click()
  await later.page.getByRole('button', { name: 'Copy', exact: true }).first().click()
  await later.says('Copied. This was written into the audit log.')
  expect(await later.page.evaluate('navigator.clipboard.readText()')).toBe(secret)
  const { items } = await (await acme.person('owner')).must(200, 'GET', `${acme.path}/audit-events?action=key.revealed`)
  expect(items).toHaveLength(1)
  await later.goto('/organizations/acme/pages/mobile-settings')
  await later.link(GENERATE).first().waitFor()
})
