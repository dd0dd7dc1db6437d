import { beforeAll, expect, test } from 'vitest'
import type { Console } from '../browser/console.ts'
import { linksTo, mailedLink } from '../browser/mailbox.ts'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import { PASSWORD, type Person } from '../browser/person.ts'
import { setStage } from '../browser/stage.ts'

/** C.4 of the documented systems: organizations and the people in them, by clicking. */
const stage = setStage(['insidemaps'], { env: { KEYWRIGHT_ORGANIZATION_CREATION: 'people' } })

let acme: PeopledOrganization
let owner: Person

beforeAll(async () => {
  acme = await stage.installation.organization('acme', { name: 'Acme' })
  owner = await acme.person('owner')
})

const members = '/organizations/acme/members'
const linkTo = async (email: string, seen: readonly string[] = []) => {
  const { pathname, hash } = new URL(await mailedLink(stage.installation.mail, email, seen))
  return pathname + hash
}
const invite = async (window: Console, email: string, role: string) => {
  await window.goto(members)
  await window.button('Invite').click()
  await window.field('E-mail').fill(email)
  await window.page.getByRole('radio', { name: new RegExp(`^${role}`) }).check()
  await window.button('Send invitation').click()
  await window.says(`An invitation goes to ${email}.`)
}
const register = async (window: Console, link: string, name: string) => {
  await window.goto(link)
  await window.field('Your name').fill(name)
  await window.field('Password').fill(PASSWORD)
  await window.button('Make the account and accept').click()
  await window.account(name).waitFor()
}

test('C.4 whoever creates an organization becomes its owner', async () => {
  const person = await acme.person('member', { name: 'Clara Weiss', email: 'clara@example.com' })
  const window = await stage.newWindow(person)
  await window.goto('/organizations')
  await window.button('New organization').click()
  await window.field('Name').fill('Weiss & Partner')
  expect(await window.field('Short name').inputValue()).toBe('weiss-partner')
  await window.button('Create').click()
  await window.page.waitForURL('**/organizations/weiss-partner/**')
  await window.goto('/organizations')
  await window.row('Weiss & Partner').getByText('Owner').waitFor()
})

test("C.4 an invitation is accepted with the e-mail's button by registering, and the link works once", async () => {
  await invite(await stage.window(owner), 'rita@acme.example', 'Member')
  const link = await linkTo('rita@acme.example')
  const rita = await stage.newWindow(null)
  await rita.goto(link)
  await rita.says('Olivia Marsh invites you to Acme')
  await rita.button('Make the account and accept').click()
  await rita.expectFieldError('Your name', /name/)
  await rita.expectFieldError('Password', /12 characters/)
  await register(rita, link, 'Rita Vogel')
  await rita.page.waitForURL('**/organizations/acme/**')

  const again = await stage.newWindow(null)
  await again.goto(link)
  await again.says('This invitation does not work any more')
  await again.expectRefusal('link_unusable')
})

test('C.4 an invitation is accepted from the list of pending invitations, or declined there', async () => {
  const zeta = await stage.installation.organization('zeta', { name: 'Zeta' })
  const person = await zeta.person('owner', { name: 'Zoe Hart', email: 'zoe@zeta.example' })
  const window = await stage.newWindow(await acme.person('administrator'))
  await invite(window, person.email, 'Auditor')
  const zoe = await stage.newWindow(person)
  await zoe.goto('/organizations')
  await zoe.button('Accept: Acme').click()
  await zoe.page.waitForURL('**/organizations/acme/**')
  await window.goto(members)
  await window.row('Zoe Hart').getByText('Auditor').waitFor()
})

test("C.4 somebody with an account accepts with the e-mail's button, and nobody else can", async () => {
  const yacht = await stage.installation.organization('yacht', { name: 'Yacht' })
  const invited = await yacht.person('owner', { name: 'Yara Stein', email: 'yara@yacht.example' })
  const other = await yacht.person('member', { name: 'Otis Blum', email: 'otis@yacht.example' })
  const before = linksTo(stage.installation.mail, invited.email)
  await invite(await stage.window(owner), invited.email, 'Member')
  const link = await linkTo(invited.email, before)

  const thief = await stage.newWindow(other)
  await thief.goto(link)
  await thief.says('This invitation is for somebody else')
  expect((await other.call('POST', '/v1/invitations:accept', { token: link.split('#')[1] })).body.code).toBe('wrong_address')

  const window = await stage.newWindow(null)
  await window.goto(link)
  await window.link('Sign in to accept').click()
  await window.heading('Sign in').waitFor()
  expect(await window.field('E-mail').inputValue()).toBe(invited.email)
  await window.field('Password').fill(PASSWORD)
  await window.button('Sign in').click()
  await window.button('Accept the invitation').click()
  await window.page.waitForURL('**/organizations/acme/**')
})

test('C.4 withdrawn and expired invitations are refused; a new link makes the one before void', async () => {
  const window = await stage.window(owner)
  await invite(window, 'vera@acme.example', 'Member')
  const first = await linkTo('vera@acme.example')
  await window.command('Commands for the invitation of vera@acme.example', 'Send a new link')
  await window.says('A new link goes to vera@acme.example')
  const second = await linkTo('vera@acme.example', [stage.installation.server.url + first])
  const vera = await stage.newWindow(null)
  await vera.goto(first)
  await vera.says('This invitation does not work any more')
  await vera.expectRefusal('link_unusable')
  await window.command('Commands for the invitation of vera@acme.example', 'Withdraw')
  await window
    .dialog(/Withdraw the invitation/)
    .getByRole('button', { name: 'Withdraw' })
    .click()
  await window.says('The invitation of vera@acme.example was withdrawn.')
  const later = await stage.newWindow(null)
  await later.goto(second)
  await later.says('This invitation does not work any more')
  await later.expectRefusal('link_unusable')
})

test('C.4 a second invitation opened in the same tab shows itself, and nothing of the first', async () => {
  const window = await stage.window(owner)
  await invite(window, 'una@acme.example', 'Member')
  await invite(window, 'ugo@acme.example', 'Auditor')
  const [una, ugo] = [await linkTo('una@acme.example'), await linkTo('ugo@acme.example')]
  const tab = await stage.newWindow(null)
  await tab.goto(una)
  await tab.says('una@acme.example')
  await tab.field('Your name').fill('Una Typed')
  await tab.goto(ugo)
  await tab.says('ugo@acme.example')
  await tab.saysNot('una@acme.example')
  expect(await tab.field('Your name').inputValue()).toBe('')
  // One that does not work, and then one that does.
  await tab.goto(`${ugo}x`)
  await tab.says('This invitation does not work any more')
  await tab.expectRefusal('link_unusable')
  await register(tab, una, 'Una Holm')
  await tab.page.waitForURL('**/organizations/acme/**')
})

test('C.4 a supervisor manages people and not keys, and gives no more than he has', async () => {
  const supervisor = await acme.person('supervisor')
  const window = await stage.newWindow(supervisor)
  await invite(window, 'temp@acme.example', 'Member')
  await window.button('Invite').click()
  await window.expectDisabled(window.page.getByRole('radio', { name: /^Owner/ }), /rights that yours does not have|Only owners/)
  await window.expectDisabled(window.page.getByRole('radio', { name: /^Administrator/ }), /rights that yours does not have/)
  await window.button('Cancel').click()
  await window.goto('/organizations/acme/pages/organization-details')
  await window.expectDisabled(window.button('New API Key').first(), /Ask an? (owner|administrator)/)
  const refused = await supervisor.call('POST', `${acme.path}/keys`, { type: 'insidemaps-api-key', name: 'Mine', expiresInSeconds: 3600 })
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
})

test('C.4 a removed member is refused at the next click in every window, and his keys are listed for review', async () => {
  const leaver = await acme.person('administrator', { name: 'Lea Brandt', email: 'lea@acme.example' })
  await leaver.must(201, 'POST', `${acme.path}/keys`, { type: 'insidemaps-api-key', name: 'Made by Lea', expiresInSeconds: 3600 })
  const open = await stage.newWindow(leaver)
  await open.goto('/organizations/acme/pages/organization-details')
  await open.row('Made by Lea').waitFor()

  const window = await stage.window(owner)
  await window.goto(members)
  await window.command('Commands for Lea Brandt', 'Remove from the organization')
  await window
    .dialog(/Remove Lea Brandt/)
    .getByRole('button', { name: 'Remove', exact: true })
    .click()
  await window.says('Keys that Lea Brandt made')
  await window.says('Made by Lea')
  await window.button('Done').click()

  await open.goto(members)
  await open.says(/Sign in|There is nothing here/)
  expect((await leaver.call('GET', `${acme.path}/keys`)).status).toBeGreaterThanOrEqual(401)
  await open.forgetRefusals('unauthenticated')
  await open.forgetRefusals('not_found')
})

test('C.4 a demoted administrator is refused at the next click, and told whom to ask', async () => {
  const person = await acme.person('administrator', { name: 'Dora Klein', email: 'dora@acme.example' })
  const open = await stage.newWindow(person)
  await open.goto(members)
  await open.button('Invite').click()
  await open.field('E-mail').fill('late@acme.example')
  await open.page.getByRole('radio', { name: /^Member/ }).check()

  const window = await stage.window(owner)
  await window.goto(members)
  await window.command('Commands for Dora Klein', 'Change role')
  await window.page.getByRole('radio', { name: /^Auditor/ }).check()
  await window
    .dialog(/Role of Dora Klein/)
    .getByRole('button', { name: 'Change role' })
    .click()
  await window.says('Dora Klein is an auditor now.')

  await open.button('Send invitation').click()
  const refusal = await open.expectRefusal('forbidden')
  expect(refusal.status).toBe(403)
  // What was typed stands there still.
  expect(await open.field('E-mail').inputValue()).toBe('late@acme.example')
  await open.goto(members)
  await open.expectDisabled(open.button('Invite'), /Ask an? /)
})

test('C.4 the last owner stays', async () => {
  const window = await stage.window(owner)
  await window.goto(members)
  await window.command('Commands for Olivia Marsh', 'Leave the organization')
  await window
    .dialog(/Leave Acme/)
    .getByRole('button', { name: 'Leave', exact: true })
    .click()
  await window.expectRefusal('last_owner')
  await window.button('Cancel').click()
  await window.row('Olivia Marsh').waitFor()
})

// Last: the clock goes on, and sessions end with the days.
test('C.4 an invitation that nobody accepted in its seven days is refused, and a new one can be sent', async () => {
  const inviting = await stage.window(owner)
  await invite(inviting, 'edda@acme.example', 'Member')
  const link = await linkTo('edda@acme.example')
  // It would go on asking when the session has ended with the days.
  await inviting.page.goto('about:blank')
  const { server } = stage.installation
  const day = 86_400_000
  const at = async (days: number) => server.setClock(new Date((server.now as number) + days * day).toISOString())
  await at(6)
  const tab = await stage.newWindow(null)
  await tab.goto(link)
  await tab.says('Olivia Marsh invites you to Acme')
  await at(1.1)
  // Found out too late: by whoever had the page open, and by whoever opens it.
  await tab.field('Your name').fill('Edda Ruh')
  await tab.field('Password').fill(PASSWORD)
  await tab.button('Make the account and accept').click()
  await tab.expectRefusal('link_unusable')
  const later = await stage.newWindow(null)
  await later.goto(link)
  await later.says('This invitation does not work any more')
  await later.expectRefusal('link_unusable')

  const window = await stage.newWindow(owner)
  await window.goto(`${members}?tab=invitations`)
  await window.says('No invitation is pending')
  await window.field('Which invitations').selectOption('Expired')
  await window.command('Commands for the invitation of edda@acme.example', 'Send a new link')
  await register(later, await linkTo('edda@acme.example', [server.url + link]), 'Edda Ruh')
  await later.page.waitForURL('**/organizations/acme/**')
})
