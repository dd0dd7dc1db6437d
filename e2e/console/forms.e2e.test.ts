import { beforeAll, expect, test } from 'vitest'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import { PASSWORD } from '../browser/person.ts'
import { setStage } from '../browser/stage.ts'

/** Bad input: told at the field, all of it at once, and nothing typed is lost. Forms of the other files are tried there. */
const stage = setStage(['starter'], { env: { KEYWRIGHT_ORGANIZATION_CREATION: 'people' } })

let acme: PeopledOrganization
beforeAll(async () => {
  acme = await stage.installation.organization('acme', { name: 'Acme' })
})
const owner = async () => stage.window(await acme.person('owner'))

test('inviting: an address that is none, and no role', async () => {
  const window = await owner()
  await window.goto('/organizations/acme/members')
  await window.button('Invite').click()
  await window.field('E-mail').fill('not an address')
  await window.button('Send invitation').click()
  await window.expectFieldError('E-mail', /e-mail address/)
  await window.says('Choose a role.')
  expect(await window.field('E-mail').inputValue()).toBe('not an address')
})

test('settings: a blank name and contacts that are no addresses', async () => {
  const window = await owner()
  await window.goto('/organizations/acme/settings')
  await window.field('Name').fill(' ')
  await window.field('Contacts').fill('ops@example.com\nnot an address')
  await window.button('Save').click()
  await window.expectFieldError('Name', /blank/)
  await window.expectFieldError('Contacts', /not/)
  expect(await window.field('Contacts').inputValue()).toBe('ops@example.com\nnot an address')
  await window.field('Name').fill('Acme Retail')
  await window.field('Contacts').fill('ops@example.com')
  await window.button('Save').click()
  await window.says('Saved.')
})

test('a management key: no name and no role', async () => {
  const window = await owner()
  await window.goto('/organizations/acme/settings')
  await window.button('Issue management key').click()
  await window.dialog().getByRole('button', { name: 'Issue', exact: true }).click()
  await window.expectFieldError('Name', /blank/, window.dialog())
  await window.says('Choose a role.')
})

test('the password: the current one left out, a new one too short; then a wrong current one', async () => {
  const window = await owner()
  await window.goto('/account')
  await window.field('New password').fill('short')
  await window.button('Change the password').click()
  await window.expectFieldError('Current password', /current password/)
  await window.expectFieldError('New password', /at least 12/)
  await window.field('Current password').fill('not this one at all')
  await window.field('New password').fill('a new sentence of mine')
  await window.button('Change the password').click()
  await window.expectRefusal('sign_in_refused')
  expect(await window.field('New password').inputValue()).toBe('a new sentence of mine')
  expect((await acme.person('owner')).email).toBe('olivia@acme.example')
  await window.field('Current password').fill(PASSWORD)
})

test('a new organization whose short name is taken: told at that field, by the server', async () => {
  const window = await owner()
  await window.goto('/organizations')
  await window.button('New organization').click()
  await window.field('Name').fill('Another Acme')
  await window.field('Short name').fill('acme')
  await window.button('Create').click()
  await window.expectRefusal('slug_taken')
  await window.says(/use|taken/i, window.dialog())
  expect(await window.field('Name').inputValue()).toBe('Another Acme')
})

test("a key's restrictions: a name that is taken and a limit that is no number", async () => {
  const administrator = await acme.person('administrator')
  const issue = (name: string) => administrator.must(201, 'POST', `${acme.path}/keys`, { type: 'api-key', name, environment: 'live', addresses: 'any' })
  await issue('First')
  const { key } = await issue('Second')
  const window = await stage.window(administrator)
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.button('Edit').click()
  await window.field(/^Calls in/).fill('many')
  await window.button('Save').click()
  await window.expectFieldError(/^Calls in/, /whole number/)
  expect(await window.field(/^Calls in/).inputValue()).toBe('many')
  await window.field(/^Calls in/).fill('60')
  await window.field('Name').fill('First')
  await window.button('Save').click()
  await window.expectRefusal('name_taken')
  expect(await window.field('Name').inputValue()).toBe('First')
})

test('two administrators edit one key: the second is told, what he typed stays, and both changes hold in the end', async () => {
  const administrator = await acme.person('administrator')
  const { key } = await administrator.must(201, 'POST', `${acme.path}/keys`, { type: 'api-key', name: 'Shared', environment: 'live', addresses: 'any' })
  const window = await owner()
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.button('Edit').click()
  await window.field('Tags').fill('mine')
  await administrator.must(200, 'PATCH', `${acme.path}/keys/${key.id}`, { name: 'Shared by two' })
  await window.button('Save').click()
  await window.expectRefusal('precondition_failed')
  await window.says('Somebody changed this while you looked')
  expect(await window.field('Tags').inputValue()).toBe('mine')
  await window.button('Reload').click()
  await expect.poll(() => window.field('Name').inputValue(), { timeout: 20_000 }).toBe('Shared by two')
  expect(await window.field('Tags').inputValue()).toBe('mine')
  await window.button('Save').click()
  await window.says('Saved')
  const now = await administrator.must(200, 'GET', `${acme.path}/keys/${key.id}`)
  expect([now.name, now.tags]).toEqual(['Shared by two', ['mine']])
})
