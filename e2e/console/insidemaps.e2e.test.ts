import { beforeAll, expect, test } from 'vitest'
import type { Console } from '../browser/console.ts'
import { generateKey, GENERATE, NEXT, prepareKey, storeSecret } from '../browser/key-pages.ts'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import { setStage } from '../browser/stage.ts'
import { type Sample, verdict } from '../systems/sample.ts'

/** C (keys) and D of the documented systems, by clicking in a real browser; the names are their vendor's. People are in members.e2e.test.ts. */
const NOW = Date.parse('2027-05-01T08:00:00Z')
const stage = setStage(['insidemaps'], { now: new Date(NOW).toISOString() })

const PAGE = '/organizations/acme/pages/organization-details'
let acme: PeopledOrganization
let projects: Sample

beforeAll(async () => {
  acme = await stage.installation.organization('acme', { name: 'Acme' })
  projects = await stage.installation.sample('projects', ['insidemaps'])
})

const call = (credential: string, organization = 'acme') =>
  projects.call({ path: `/api/v2/organizations/${organization}/projects`, headers: { authorization: `Bearer ${credential}` } })
const mint = (credential: string) => projects.call({ path: '/api/v2/sessionToken', headers: { authorization: `Bearer ${credential}` } })
const administrator = async () => stage.window(await acme.person('administrator'))
/** Takes a command of the cogwheel and says yes. */
const command = async (window: Console, name: string, label: string) => {
  await window.goto(PAGE)
  await window.command(`Commands for ${name}`, label)
  await window.dialog().getByRole('button', { name: label, exact: true }).click()
}

test('C.1 a key has a name of its own and a duration; what is missing is told at the field, all at once', async () => {
  const window = await administrator()
  await window.goto('/organizations')
  await window.link(/^Acme/).first().click()
  await window.link('Organization Details').first().click()
  await window.link('New API Key').first().click()
  await window.field('Name').fill(' ')
  await window.button(NEXT).click()
  await window.expectFieldError('Name', /blank|name/i)
  await window.says('Say how long the key is to work.')
  await window.field('Name').fill('Tour importer')
  await window.page.getByRole('radio', { name: /^30 days/ }).check()
  await window.says(/31 May 2027/)
  await window.button(NEXT).click()
  await window.says(/until 31 May 2027/)
  await window.button(GENERATE).click()
  const secret = await window.field('Secret').inputValue()
  expect(secret).toMatch(/^im_/)
  await storeSecret(window)
  expect((await call(secret)).status).toBe(200)

  await window.goto(PAGE)
  await prepareKey(window, { button: 'New API Key', name: 'tour IMPORTER', worksFor: /^7 days/ })
  await window.button(GENERATE).click()
  await window.expectRefusal('name_taken')
  await window.says(/name/i)
})

test('C.2 a key works to the last millisecond before its end; another organization in the path does not exist', async () => {
  const window = await administrator()
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: 'New API Key', name: 'A day', worksFor: /^1 day/ })
  await storeSecret(window)
  const { server } = stage.installation
  const at = server.now as number
  expect((await call(secret, 'zeta')).status).toBe(404)
  await server.setClock(new Date(at + 86_399_999).toISOString())
  expect((await call(secret)).status).toBe(200)
  await server.setClock(new Date(at + 86_400_000).toISOString())
  expect(verdict(await call(secret))).toBe('401 expired')
  // So has the session of the window, which asks to sign in.
  await window.goto(PAGE)
  await window.heading('Sign in').waitFor()
  await window.forgetRefusals('unauthenticated')
})

test('C.3 cogwheel: deactivate refuses the next call, activate brings the same value back, remove ends it for ever', async () => {
  const window = await stage.newWindow(await acme.person('administrator'))
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: 'New API Key', name: 'Kitchen display', worksFor: /^7 days/ })
  await storeSecret(window)
  expect((await call(secret)).status).toBe(200)
  await window.goto(PAGE)
  await window.command('Commands for Kitchen display', 'Deactivate')
  await window
    .dialog(/Deactivate Kitchen display/)
    .getByText('What it does now')
    .waitFor()
  await window.button('Cancel').click()
  expect((await call(secret)).status).toBe(200)
  await command(window, 'Kitchen display', 'Deactivate')
  await window.says(/[Rr]efused everywhere|Deactivated/)
  expect(verdict(await call(secret))).toBe('401 inactive')
  await command(window, 'Kitchen display', 'Activate')
  await window.says('Activated')
  expect((await call(secret)).status).toBe(200)

  await window.goto(PAGE)
  await window.command('Commands for Kitchen display', 'Remove')
  const dialog = window.dialog(/Remove Kitchen display/)
  // It was used a moment ago, so more than a click is asked.
  await dialog.getByRole('textbox').fill(secret.slice(-4))
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await window.says(/[Rr]efused everywhere|Removed/)
  expect(verdict(await call(secret))).toBe('401 removed')
  await window.button('Close').last().click()
})

test('D.1 a master token is pending until somebody activates it; then it mints', async () => {
  const window = await stage.window(await acme.person('owner'))
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: 'Generate token', name: 'Importer' })
  await storeSecret(window)
  expect(verdict(await mint(secret))).toBe('401 pending')
  await window.goto(PAGE)
  await window.row('Importer').getByText('Pending').waitFor()
  await command(window, 'Importer', 'Activate')
  await window.says('Activated')
  const { status, body } = await mint(secret)
  expect(status).toBe(200)
  expect((await call(body.data)).status).toBe(200)
  expect(verdict(await call(secret))).toBe('403 exchange_required')
})

test('D.3 Replace > No changes nothing; Yes shows a new value once, and the old one and its sessions are refused at once', async () => {
  const window = await stage.window(await acme.person('owner'))
  await window.goto(PAGE)
  const old = await generateKey(window, { button: 'Generate token', name: 'Renderer' })
  await storeSecret(window)
  await command(window, 'Renderer', 'Activate')
  await window.says('Activated')
  const session = (await mint(old)).body.data as string

  await window.goto(PAGE)
  await window.command('Commands for Renderer', 'Replace')
  await window
    .dialog(/Replace the secret of Renderer/)
    .getByRole('button', { name: 'Cancel' })
    .click()
  expect((await call(session)).status).toBe(200)

  await command(window, 'Renderer', 'Replace')
  const fresh = await window.field('Secret').inputValue()
  expect(fresh).not.toBe(old)
  await storeSecret(window)
  expect(verdict(await mint(old))).toBe('401 replaced')
  expect(verdict(await call(session))).toBe('401 replaced')
  expect((await mint(fresh)).status).toBe(200)
  await window.goto(PAGE)
  await window.row('Renderer').getByText('Active').waitFor()
  expect(await window.row('Renderer').count()).toBe(1)
})

test('D.3 of two administrators on the same page one wins; the other is told by whom and when, and nothing was changed by him', async () => {
  const owner = await stage.window(await acme.person('owner'))
  const other = await stage.newWindow(await acme.person('administrator'))
  await owner.goto(PAGE)
  await generateKey(owner, { button: 'Generate token', name: 'Shared' })
  await storeSecret(owner)
  for (const window of [owner, other]) {
    await window.goto(PAGE)
    await window.command('Commands for Shared', 'Replace')
    await window
      .dialog(/Replace the secret of Shared/)
      .getByRole('button', { name: 'Replace', exact: true })
      .waitFor()
  }
  await other.dialog().getByRole('button', { name: 'Replace', exact: true }).click()
  const fresh = await other.field('Secret').inputValue()
  await storeSecret(other)

  await owner.dialog().getByRole('button', { name: 'Replace', exact: true }).click()
  await owner.expectRefusal('version_changed')
  await owner.says(/Adam Reyes changed it .*2027/)
  // A pending token stays pending when it is replaced, and the value of the other one holds.
  expect(verdict(await mint(fresh))).toBe('401 pending')
  await owner.button('Reload').click()
  await owner.button('Cancel').click()
})

test('D.4 deactivate stops the token and its sessions; activate restores the token, not its earlier sessions', async () => {
  const window = await stage.window(await acme.person('owner'))
  await window.goto(PAGE)
  const secret = await generateKey(window, { button: 'Generate token', name: 'Archive' })
  await storeSecret(window)
  await command(window, 'Archive', 'Activate')
  await window.says('Activated')
  const session = (await mint(secret)).body.data as string
  await command(window, 'Archive', 'Deactivate')
  await window.says(/[Rr]efused everywhere|Deactivated/)
  expect(verdict(await mint(secret))).toBe('401 inactive')
  expect((await call(session)).status).toBe(401)
  await command(window, 'Archive', 'Activate')
  await window.says('Activated')
  expect((await mint(secret)).status).toBe(200)
  expect((await call(session)).status).toBe(401)
})
