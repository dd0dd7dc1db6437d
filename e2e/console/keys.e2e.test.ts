import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import type { Person } from '../browser/person.ts'
import { setStage } from '../browser/stage.ts'
import { tracesOfSecret } from '../browser/traces-of-secret.ts'

const stage = setStage(['insidemaps', 'insider-one'], { testClock: false })
const PAGE = '/organizations/acme/pages/organization-details'
const GENERATE = `${PAGE}/generate?section=API+Keys`
let acme: PeopledOrganization
let adam: Person
let olivia: Person

beforeAll(async () => {
  acme = await stage.installation.organization('acme', { name: 'Acme Logistics' })
  olivia = await acme.person('owner')
  adam = await acme.person('administrator')
})

const keysOf = async (name: string): Promise<{ id: string; name: string; newestVersion: number }[]> =>
  (await olivia.must(200, 'GET', `${acme.path}/keys?q=${encodeURIComponent(name)}`)).items
const issue = async (name: string, type = 'insidemaps-api-key'): Promise<{ key: { id: string; hint: string }; secret: string }> =>
  olivia.must(201, 'POST', `${acme.path}/keys`, { type, name, ...(type === 'insidemaps-api-key' ? { expiresInSeconds: 86_400 } : {}) })

test('a double click makes one key, and its secret is not lost by Back, Escape, a click beside it or a link', async () => {
  const window = await stage.window(adam)
  await window.goto(GENERATE)
  await window.field('Name').fill('Double')
  await window.page.getByRole('radio', { name: '30 days' }).check()
  await window.button('Continue').click()
  await window.says('The key “Double” of the type API key will work for Acme Logistics in live until')
  await window.button('Authorize and Generate').dblclick()
  const secret = await window.field('Secret').inputValue()
  expect(secret).toMatch(/^im_[0-9A-Za-z]{38}$/)
  expect(await keysOf('Double')).toHaveLength(1)

  for (const leave of [() => window.page.goBack(), () => window.link('Members').click()]) {
    await leave()
    const question = window.dialog('Leave without storing the secret?')
    await window.button('Stay here', question).click()
    await question.waitFor({ state: 'hidden' })
    expect(await window.field('Secret').inputValue()).toBe(secret)
  }
  await window.page.keyboard.press('Escape')
  await window.page.mouse.click(5, 5)
  expect(await window.field('Secret').inputValue()).toBe(secret)
  await window.expectDisabled(window.button('To the key'), /I have stored it/)
  await window.page.getByRole('checkbox', { name: 'I have stored it' }).check()
  await window.button('To the key').click()
  await window.heading('Double').waitFor()
  expect(await tracesOfSecret(secret, window, stage.installation.server)).toEqual([])
})

test('from the click on, the page is not left unasked while the secret is on its way', async () => {
  const window = await stage.window(adam)
  /** Holds the answer back until it is called. */
  const hold = async (pattern: string): Promise<() => void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    await window.page.route(pattern, async (route) => {
      if (route.request().method() === 'POST') await promise
      await route.continue()
    })
    return resolve
  }
  const stay = async () => {
    await window.button('Stay here', window.dialog('Leave while the secret is being made?')).click()
    await window.dialog('Leave while the secret is being made?').waitFor({ state: 'hidden' })
  }
  await window.goto(GENERATE)
  await window.field('Name').fill('Slow')
  await window.page.getByRole('radio', { name: '1 day' }).check()
  await window.button('Continue').click()
  const answerIssue = await hold('**/v1/organizations/*/keys')
  await window.button('Authorize and Generate').click()
  await window.link('Members').click()
  await stay()
  answerIssue()
  const first = await window.field('Secret').inputValue()
  await window.page.getByRole('checkbox', { name: 'I have stored it' }).check()
  await window.button('To the key').click()
  await window.heading('Slow').waitFor()

  const { key } = await issue('Slow token', 'insidemaps-master-token')
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.heading('Slow token').waitFor()
  // The page of a key is marked in the navigation as what its type stands under.
  await expect.poll(() => window.page.getByRole('navigation').locator('[aria-current]').allTextContents(), { timeout: 20_000 }).toHaveLength(1)
  await window.link('Members').click()
  await window.heading('Members').waitFor()
  await window.page.goBack()
  await window.button('Replace').click()
  const answerReplace = await hold('**/v1/organizations/*/keys/*:replace?*')
  const dialog = window.dialog(/^Replace/)
  await dialog.getByRole('button', { name: 'Replace', exact: true }).click()
  await window.page.keyboard.press('Escape')
  await window.page.mouse.click(5, 5)
  await window.expectDisabled(window.button('Cancel', dialog), /on its way/)
  await window.page.goForward()
  await stay()
  answerReplace()
  expect(await window.field('Secret').inputValue()).not.toBe(first)
  await window.page.unrouteAll()
  await window.page.getByRole('checkbox', { name: 'I have stored it' }).check()
  await window.button('Done').click()
})

test('the line to try calls the API as it is printed, and the .env file holds the secret', async () => {
  const sample = await stage.installation.sample('projects', ['insidemaps'])
  const { server, key } = stage.installation
  const { api } = await server.must(200, 'GET', '/v1/apis/insidemaps', { key })
  await server.must(200, 'PUT', '/v1/apis/insidemaps', { key, body: { ...api, baseUrl: sample.url } })
  const window = await stage.window(adam)
  await window.goto(GENERATE)
  await window.field('Name').fill('To try')
  await window.page.getByRole('radio', { name: '1 day' }).check()
  await window.button('Continue').click()
  await window.button('Authorize and Generate').click()
  const secret = await window.field('Secret').inputValue()
  const line = await window.page.getByRole('figure').locator('code').innerText()
  expect(execFileSync('sh', ['-c', line.replace(/^curl/, 'curl -s -o /dev/null -w "%{http_code}"')], { encoding: 'utf8' })).toBe('200')
  const [download] = await Promise.all([window.page.waitForEvent('download'), window.button('Download .env').click()])
  expect(download.suggestedFilename()).toBe('keywright.env')
  expect(readFileSync(await download.path(), 'utf8')).toContain(`\nINSIDEMAPS_API_KEY=${secret}\n`)
  await window.page.getByRole('checkbox', { name: 'I have stored it' }).check()
  await window.button('To the key').click()
  await window.heading('To try').waitFor()
})

test('who leaves without storing it does not find the secret again, whichever way he goes', async () => {
  const window = await stage.window(adam)
  await window.goto(GENERATE)
  await window.field('Name').fill('Lost')
  await window.page.getByRole('radio', { name: '1 day' }).check()
  await window.button('Continue').click()
  await window.button('Authorize and Generate').click()
  const secret = await window.field('Secret').inputValue()
  await window.page.goBack()
  await window.button('Leave, the secret is lost').click()
  await window.field('Name').waitFor()
  expect(await window.field('Name').inputValue()).toBe('')
  await window.page.goForward()
  await window.field('Name').waitFor()
  expect(await window.page.content()).not.toContain(secret)
})

test('when the answer gets lost, trying again makes no second key and says what can be done', async () => {
  const window = await stage.window(adam)
  await window.goto(GENERATE)
  await window.field('Name').fill('Unheard')
  await window.page.getByRole('radio', { name: '1 day' }).check()
  await window.button('Continue').click()
  let lost = false
  await window.page.route('**/keys', async (route) => {
    if (route.request().method() !== 'POST' || lost) return route.fallback()
    lost = true
    await route.fetch()
    return route.abort('connectionreset')
  })
  await window.button('Authorize and Generate').click()
  await window.says('The server cannot be reached.')
  await window.button('Authorize and Generate').click()
  await window.says('its secret cannot be shown a second time')
  await window.page.unroute('**/keys')
  expect(await keysOf('Unheard')).toHaveLength(1)
  expect((await window.takeTrouble()).every((each) => each.includes('ERR_CONNECTION_RESET'))).toBe(true)
})

test('the step is in the address, steps keep what was typed, and mistakes are told at their fields all at once', async () => {
  const window = await stage.window(adam)
  await window.goto(GENERATE)
  await window.button('Continue').click()
  await window.expectFieldError('Name', /Give the key a name/)
  await window.says('Say how long the key is to work.')
  await window.field('Name').fill('Kept')
  await window.page.getByRole('radio', { name: 'Until a date' }).check()
  await window.field('Last day').fill('2020-01-01')
  await window.button('Continue').click()
  await window.says('Must lie in the future.')
  await window.field('Last day').fill('2035-12-24')
  // The whole day in Berlin, where this window is.
  await window.says('Ends 25 Dec 2035, 00:00:00 CET.')
  await window.button('Continue').click()
  await window.says('This is what you are about to make')
  expect(new URL(window.page.url()).searchParams.get('step')).toBe('review')
  await window.page.goBack()
  expect(await window.field('Name').inputValue()).toBe('Kept')
  await window.page.goForward()
  await window.button('Change: Name').click()
  expect(await window.field('Name').inputValue()).toBe('Kept')
  // A reload has nothing typed, so it begins where something is missing.
  await window.goto(`${GENERATE}&step=review`)
  await window.heading('What may it be used for, and how long?').waitFor()
})

test('a name that is taken is told at the field, with everything typed still there', async () => {
  await issue('Taken')
  const window = await stage.window(adam)
  await window.goto(GENERATE)
  await window.field('Name').fill('Taken')
  await window.page.getByRole('radio', { name: '7 days' }).check()
  await window.button('Continue').click()
  await window.button('Authorize and Generate').click()
  await window.expectFieldError('Name', /Choose another name/)
  await window.says('A key of this type is called "Taken" already.')
  expect(await window.page.getByRole('radio', { name: '7 days' }).isChecked()).toBe(true)
  await window.expectRefusal('name_taken')
})

test('an edit is saved only onto the key that was looked at; what was typed stays, what others changed is taken', async () => {
  const { key } = await issue('Edited')
  const window = await stage.window(adam)
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.button('Edit').click()
  await window.field('Name').fill('Mine')
  await olivia.must(200, 'PATCH', `${acme.path}/keys/${key.id}`, { tags: ['theirs'] })
  await window.button('Save').click()
  await window.says('Somebody changed this while you looked')
  await window.expectRefusal('precondition_failed')
  await window.button('Reload').click()
  await window.says('What you typed is kept below')
  expect(await window.field('Name').inputValue()).toBe('Mine')
  expect(await window.field('Tags').inputValue()).toBe('theirs')
  await window.button('Save').click()
  await window.heading('Mine').waitFor()
  const saved = await olivia.must(200, 'GET', `${acme.path}/keys/${key.id}`)
  expect(saved).toMatchObject({ name: 'Mine', tags: ['theirs'] })
})

test('a replacement that comes second is told by whom and when and replaces nothing, until one has looked again', async () => {
  const { key } = await issue('Token', 'insidemaps-master-token')
  const window = await stage.window(adam)
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.button('Replace').click()
  const dialog = window.dialog(/Replace the secret of Token/)
  await window.says('Never used', dialog)
  await olivia.must(200, 'POST', `${acme.path}/keys/${key.id}:replace`, { expectedVersion: 1 })
  await window.button('Replace', dialog).click()
  await window.says(/Olivia Marsh changed it/, dialog)
  await window.expectRefusal('version_changed')
  expect((await keysOf('Token'))[0]?.newestVersion).toBe(2)
  await window.button('Reload', dialog).click()
  await window.saysNot(/Olivia Marsh changed it/, dialog)
  await window.button('Replace', dialog).click()
  await window.field('Secret').waitFor()
  await window.page.getByRole('checkbox', { name: 'I have stored it' }).check()
  await window.button('Done').click()
  expect((await keysOf('Token'))[0]?.newestVersion).toBe(3)
})

test('a role that manages no keys sees every command, disabled, with whom to ask; the list is walked by keyboard', async () => {
  await issue('Warehouse')
  await issue('Storefront')
  const window = await stage.newWindow(await acme.person('member'))
  await window.goto(PAGE)
  await window.row('Storefront').waitFor()
  await window.expectDisabled(window.button('New API Key'), /Ask an owner or an administrator/)
  await window.page.keyboard.press('j')
  await window.page.keyboard.press('j')
  await window.page.keyboard.press('k')
  await window.page.keyboard.press('Enter')
  await window.heading('Storefront').waitFor()
  await window.expectDisabled(window.button('Remove'), /Ask an owner or an administrator/)
  await window.goto(GENERATE)
  await window.says('No key can be generated here now')
  await window.goto(PAGE)
  await window.row('Storefront').waitFor()
  await window.page.keyboard.press('/')
  await window.page.keyboard.type('Warehouse')
  await window.page.waitForURL(/[?&]q=Warehouse/)
  await window.row('Storefront').waitFor({ state: 'hidden' })
  await window.row('Warehouse').waitFor()
})

test('removing a key says first that it was never used, and afterwards who refuses it', async () => {
  const { key } = await issue('Going')
  const window = await stage.window(adam)
  await window.goto(PAGE)
  await window.button('Commands for Going').click()
  await window.page.getByRole('menuitem', { name: 'Remove' }).click()
  const dialog = window.dialog('Remove Going?')
  await window.says('Never used', dialog)
  await window.button('Remove', dialog).click()
  await window.says('This server: refused')
  await window.button('Close', window.dialog('Going')).last().click()
  await window.row('Going').waitFor({ state: 'hidden' })
  expect(await olivia.must(200, 'GET', `${acme.path}/keys/${key.id}`)).toMatchObject({ status: 'removed' })
})

test('who is demoted in another window is refused at the next click, and the page then shows what his role allows', async () => {
  const nora = await acme.person('administrator', { name: 'Nora Falk', email: 'nora@acme.example' })
  const window = await stage.newWindow(nora)
  await window.goto(GENERATE)
  await window.field('Name').fill('Too late')
  await window.page.getByRole('radio', { name: '1 day' }).check()
  await window.button('Continue').click()
  await window.says('This is what you are about to make')
  const { items } = await olivia.must(200, 'GET', `${acme.path}/members`)
  const member = items.find((each: { person: { email: string } }) => each.person.email === nora.email)
  await olivia.must(200, 'PATCH', `${acme.path}/members/${member.id}`, { role: 'auditor' })
  await window.button('Authorize and Generate').click()
  await window.expectRefusal('forbidden')
  expect(await keysOf('Too late')).toEqual([])
  await window.link('Organization Details', window.page.getByRole('main')).click()
  await window.expectDisabled(window.button('New API Key'), /Ask an owner or an administrator/)
})
