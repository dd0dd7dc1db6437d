import { beforeAll, expect, test } from 'vitest'
import type { Console } from '../browser/console.ts'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import { PASSWORD, type Person } from '../browser/person.ts'
import { setStage } from '../browser/stage.ts'

/** The session ends while somebody types: nothing typed is lost, nothing of the page is seen meanwhile, and nobody else goes on with it. */
const stage = setStage(['starter'])

let acme: PeopledOrganization
beforeAll(async () => {
  acme = await stage.installation.organization('acme', { name: 'Acme' })
})

/** As by the list of sessions on another device, which stays signed in. */
async function endOtherSessions(person: Person): Promise<void> {
  const { items } = await person.must(200, 'GET', '/v1/me/sessions')
  for (const { id, current } of items) if (!current) await person.must(204, 'DELETE', `/v1/me/sessions/${id}`)
}

/** As people do who come back to a window: the page reads anew by itself. */
async function comeBack(window: Console): Promise<void> {
  await window.page.evaluate(`document.dispatchEvent(new Event('visibilitychange', { bubbles: true }))`)
}
async function findOut(window: Console): Promise<void> {
  const look = async () => {
    await comeBack(window)
    return again(window).isVisible()
  }
  await expect.poll(look, { timeout: 20_000 }).toBe(true)
}

const again = (window: Console) => window.dialog('Sign in again')

async function signInAgain(window: Console): Promise<void> {
  await again(window).waitFor()
  expect(await window.field('E-mail', again(window)).getAttribute('readonly')).not.toBeNull()
  await window.field('Password', again(window)).fill(PASSWORD)
  await window.button('Sign in', again(window)).click()
}

test('what was typed into a page is there after signing in again, and is saved then', async () => {
  const administrator = await acme.person('administrator')
  const { key } = await administrator.must(201, 'POST', `${acme.path}/keys`, { type: 'api-key', name: 'Orders', environment: 'live', addresses: 'any' })
  const window = await stage.newWindow(administrator, { bySigningIn: true })
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.button('Edit').click()
  await window.field('Name').fill('Orders of the shop')
  await endOtherSessions(administrator)
  await window.button('Save').click()
  await again(window).waitFor()
  expect(await window.accessibilityFindings()).toEqual([])
  await window.page.emulateMedia({ colorScheme: 'dark' })
  await window.standStill()
  expect(await window.accessibilityFindings(['color-contrast'])).toEqual([])
  // Covered whole: whoever comes by sees nothing of the key.
  const size = window.page.viewportSize()
  expect(await again(window).boundingBox()).toEqual({ x: 0, y: 0, width: size?.width, height: size?.height })
  await window.page.keyboard.press('Escape')
  await window.page.keyboard.press('Escape')
  // Nor is it uncovered by a server that says nothing for a while.
  let silent = 0
  const whoAmI = '**/v1/me/person'
  const problem = { type: 'about:blank', title: 'x', status: 503, code: 'storage_unavailable', detail: 'x' }
  await window.page.route(whoAmI, async (route) => {
    silent++
    await route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) })
  })
  // It asks three times before it believes that.
  const asked = async () => {
    await comeBack(window)
    return silent
  }
  await expect.poll(asked, { timeout: 30_000 }).toBeGreaterThan(3)
  expect(await again(window).isVisible()).toBe(true)
  await window.page.unroute(whoAmI)
  await window.forgetRefusals('storage_unavailable')
  await signInAgain(window)
  await again(window).waitFor({ state: 'detached' })
  expect(await window.field('Name').inputValue()).toBe('Orders of the shop')
  await window.says('Your session had ended, so nothing was done.')
  await window.button('Save').click()
  await window.says('Saved')
  expect((await administrator.must(200, 'GET', `${acme.path}/keys/${key.id}`)).name).toBe('Orders of the shop')
  await window.forgetRefusals('unauthenticated')
})

test('a dialog stays open below, whatever is pressed; a second factor is asked for as ever', async () => {
  const person = await acme.person('administrator', { name: 'Uma Sand', secondFactor: true })
  const window = await stage.newWindow(person, { bySigningIn: true })
  await window.goto('/organizations/acme/members')
  await window.button('Invite').click()
  await window.field('E-mail').fill('mia@acme.example')
  await window.page.getByRole('radio', { name: /^Auditor/ }).check()
  await endOtherSessions(person)
  await window.button('Send invitation').click()
  await again(window).waitFor()
  await window.page.keyboard.press('Escape')
  await again(window).click({ position: { x: 5, y: 5 } })
  await window.field('Password', again(window)).fill(PASSWORD)
  await window.button('Sign in', again(window)).click()
  const factor = window.dialog('One more step')
  await window.field('Code of your authenticator', factor).fill(await person.code())
  await window.button('Continue', factor).click()
  await factor.waitFor({ state: 'detached' })
  expect(await window.field('E-mail').inputValue()).toBe('mia@acme.example')
  await window.button('Send invitation').click()
  await window.row('mia@acme.example').waitFor()
  await window.forgetRefusals('unauthenticated')
})

test('a secret that is shown once outlives the session', async () => {
  const administrator = await acme.person('administrator', { name: 'Ben Ode' })
  const window = await stage.newWindow(administrator, { bySigningIn: true })
  const { key } = await administrator.must(201, 'POST', `${acme.path}/keys`, { type: 'api-key', name: 'Shown', environment: 'live', addresses: 'any' })
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.button('Replace').click()
  await window
    .dialog()
    .getByRole('button', { name: /^Replace/ })
    .click()
  const secret = window.dialog().getByLabel('Secret', { exact: true })
  const value = await secret.inputValue()
  await endOtherSessions(administrator)
  await findOut(window)
  await signInAgain(window)
  await again(window).waitFor({ state: 'detached' })
  expect(await secret.inputValue()).toBe(value)
  await window.forgetRefusals('unauthenticated')
})

test('whoever signs in as somebody else in another tab gets a page of his own, without what was typed', async () => {
  const administrator = await acme.person('administrator')
  const member = await acme.person('member')
  const { key } = await administrator.must(201, 'POST', `${acme.path}/keys`, { type: 'api-key', name: 'Private', environment: 'live', addresses: 'any' })
  const window = await stage.newWindow(administrator, { bySigningIn: true })
  await window.goto(`/organizations/acme/keys/${key.id}`)
  await window.button('Edit').click()
  await window.field('Name').fill('Typed by one')
  await endOtherSessions(administrator)
  await window.button('Save').click()
  await again(window).waitFor()
  await window.enter(member)
  await window.account(member.name).waitFor()
  await window.says('This is another account now')
  expect(await window.field('Name').count()).toBe(0)
  expect((await administrator.must(200, 'GET', `${acme.path}/keys/${key.id}`)).name).toBe('Private')
  await window.forgetRefusals('unauthenticated')
})

test('whoever does not want to go on leaves, and nothing of the page is left', async () => {
  const member = await acme.person('member')
  const window = await stage.newWindow(member, { bySigningIn: true })
  await window.goto('/organizations/acme/members')
  await window.row(member.email).waitFor()
  await endOtherSessions(member)
  await findOut(window)
  await window.button('Leave this page').click()
  await window.page.waitForURL(({ pathname, search }) => pathname === '/sign-in' && search === '')
  await again(window).waitFor({ state: 'detached' })
  await window.field('Password').waitFor()
  expect(await window.page.content()).not.toContain(member.email)
  await window.forgetRefusals('unauthenticated')
})
