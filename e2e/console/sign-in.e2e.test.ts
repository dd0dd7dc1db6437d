import { expect, test } from 'vitest'
import { linksTo, mailedLink } from '../browser/mailbox.ts'
import { PASSWORD } from '../browser/person.ts'
import { setStage } from '../browser/stage.ts'
import { TestServer } from '../harness.ts'

const stage = setStage(['starter'])

test('whoever opens the link that the server printed becomes the first operator, and the link works once', async () => {
  await using server = await TestServer.start({ testClock: false })
  const token = /\/set-up#([\w.~-]+)/.exec(server.output)?.[1]
  const window = await stage.newWindow(null, { url: server.url })
  await window.goto('/')
  await window.says('Nobody can sign in yet')

  await window.goto(`/set-up#${token}`)
  await window.field('Your name').fill('Otto Keller')
  await window.field('Password').fill('short')
  await window.button('Begin').click()
  // Both at once, and what was typed is still there.
  await window.expectFieldError('Your e-mail', /e-mail/)
  await window.expectFieldError('Password', /at least 12 characters/)
  expect(await window.field('Your name').inputValue()).toBe('Otto Keller')
  await window.field('Your e-mail').pressSequentially('otto@operator.example')
  await window.field('Password').fill(PASSWORD)
  await window.button('Begin').click()
  await window.account('Otto Keller').waitFor()
  expect(window.page.url()).not.toContain(token)

  const second = await stage.newWindow(null, { url: server.url })
  await second.goto(`/set-up#${token}`)
  await second.says('This installation is set up already')
})

test('a wrong password says nothing about whether the person exists, and keeps the address', async () => {
  const { operator } = stage.installation
  const window = await stage.newWindow(null)
  const refusals: string[] = []
  for (const email of [operator.email, 'nobody@example.com']) {
    await window.goto('/sign-in')
    await window.field('E-mail').fill(email)
    await window.field('Password').fill('not the password')
    await window.button('Sign in').click()
    await window.expectRefusal('sign_in_refused')
    refusals.push((await window.page.getByRole('alert').first().textContent()) ?? '')
    expect(await window.field('E-mail').inputValue()).toBe(email)
  }
  expect(refusals[0]).toBe(refusals[1])
  expect(refusals[0]).not.toBe('')
})

test('whoever leaves fields empty is told of all of them at once, and types on where he is', async () => {
  const window = await stage.newWindow(null)
  await window.goto('/sign-in')
  await window.button('Sign in').click()
  await window.expectFieldError('E-mail', /e-mail/)
  await window.expectFieldError('Password', /password/)
  await window.field('E-mail').pressSequentially('otto@operator.example')
  expect(await window.field('E-mail').inputValue()).toBe('otto@operator.example')
})

test('a page asked for before signing in is shown afterwards, and never another site', async () => {
  const { operator } = stage.installation
  const window = await stage.newWindow(null)
  await window.goto('/operator/organizations')
  await window.field('E-mail').fill(operator.email)
  await window.field('Password').fill(PASSWORD)
  await window.button('Sign in').click()
  await window.page.waitForURL('**/operator/organizations')

  const other = await stage.newWindow(null)
  await other.goto('/sign-in?return=//example.com/')
  await other.field('E-mail').fill(operator.email)
  await other.field('Password').fill(PASSWORD)
  await other.button('Sign in').click()
  await other.account(operator.name).waitFor()
  expect(new URL(other.page.url()).origin).toBe(other.url)
})

test('a mailed link signs in once', async () => {
  const { operator, mail } = stage.installation
  const window = await stage.newWindow(null)
  await window.goto('/sign-in')
  await window.button('Send me a link instead').click()
  await window.button('Send the link').waitFor()
  await window.field('E-mail').fill(operator.email)
  await window.button('Send the link').click()
  await window.says('Look into your mail')
  const link = await mailedLink(mail, operator.email)
  await window.goto(new URL(link).pathname + new URL(link).hash)
  await window.account(operator.name).waitFor()

  const thief = await stage.newWindow(null)
  await thief.goto(new URL(link).pathname + new URL(link).hash)
  await thief.says('This link does not work')
  await thief.expectRefusal('link_unusable')
})

test('a forgotten password is set by mail, and every session of the person ends', async () => {
  const { mail } = stage.installation
  const organization = await stage.installation.organization('reset')
  const person = await organization.person('owner')
  const before = await stage.newWindow(person, { bySigningIn: true })
  const seen = linksTo(mail, person.email)
  const window = await stage.newWindow(null)
  await window.goto('/sign-in')
  await window.link('Forgot your password?').click()
  // The page before has a field of that name too.
  await window.heading('Set a new password').waitFor()
  await window.field('E-mail').fill(person.email)
  await window.button('Send the link').click()
  await window.says('Look into your mail')
  const link = new URL(await mailedLink(mail, person.email, seen))
  expect(link.pathname).toBe('/reset-password')
  await window.goto(link.pathname + link.hash)
  await window.field('New password').fill('another sentence of mine')
  await window.button('Set the password').click()
  await window.says('Your password is set')

  await before.goto('/organizations')
  await before.heading('Sign in').waitFor()
  await window.goto('/sign-in')
  await window.field('E-mail').fill(person.email)
  await window.field('Password').fill('another sentence of mine')
  await window.button('Sign in').click()
  await window.account(person.name).waitFor()
})

test('a second factor is set up with any authenticator, asked for at the next sign-in, and its backup codes work once', async () => {
  const organization = await stage.installation.organization('factor')
  const person = await organization.person('administrator')
  const window = await stage.newWindow(person, { bySigningIn: true })
  await window.goto('/account')
  await window.button('Set up').click()
  await window.field('Your password').fill(PASSWORD)
  await window.button('Continue').click()
  const shown = await window
    .dialog()
    .getByText(/^([A-Z2-7]{4} )+[A-Z2-7]{1,4}$/)
    .textContent()
  person.authenticator = `otpauth://totp/x?secret=${shown?.replaceAll(' ', '')}`
  await window.field('Code of your authenticator').fill('000000')
  await window.button('Turn on').click()
  await window.expectRefusal('sign_in_refused')
  expect(await window.field('Code of your authenticator').inputValue()).toBe('000000')
  await window.field('Code of your authenticator').fill(await person.code())
  await window.button('Turn on').click()
  await window.field('I keep them in a safe place').waitFor()
  const codes = await window.dialog().getByRole('listitem').allTextContents()
  await window.field('I keep them in a safe place').check()
  await window.button('Done').click()
  await window.says('The second factor is on')

  const next = await stage.newWindow(null)
  const enter = async () => {
    await next.goto('/sign-in')
    await next.field('E-mail').fill(person.email)
    await next.field('Password').fill(PASSWORD)
    await next.button('Sign in').click()
    await next.heading('One more step').waitFor()
    await next.button('Use a backup code').click()
    await next.field('Backup code').fill(codes.at(-1) as string)
    await next.button('Continue').click()
  }
  await enter()
  await next.account(person.name).waitFor()
  await next.signOut(person)
  await enter()
  await next.expectRefusal('sign_in_refused')
})

test('a session ended elsewhere is refused at the next click', async () => {
  const organization = await stage.installation.organization('sessions')
  const person = await organization.person('member')
  const here = await stage.newWindow(person, { bySigningIn: true })
  const elsewhere = await stage.newWindow(person, { bySigningIn: true })
  await here.goto('/account')
  const others = here.page.getByRole('button', { name: /^End:/ })
  // The one over HTTP, and the other window.
  for (let left = 2; left > 0; left--) {
    await expect.poll(() => others.count(), { timeout: 20_000 }).toBe(left)
    await others.first().click()
    await here.dialog('End this session?').getByRole('button', { name: 'End', exact: true }).click()
  }
  await elsewhere.goto('/organizations')
  await elsewhere.heading('Sign in').waitFor()
  await elsewhere.forgetRefusals('unauthenticated')
})

test('after signing out nothing of the person is shown, also not by going back', async () => {
  const { operator } = stage.installation
  const window = await stage.newWindow(operator, { bySigningIn: true })
  await window.goto('/account')
  await window.field('Name').waitFor()
  await window.signOut(operator)
  await window.page.goBack()
  await window.heading('Sign in').waitFor()
  expect(await window.page.content()).not.toContain(operator.email)
  await window.forgetRefusals('unauthenticated')
})

// Last: from then on the operator has a second factor.
test('an operator takes away the second factor of somebody who lost it, after proving afresh who he is', async () => {
  const { operator, server } = stage.installation
  const organization = await stage.installation.organization('lost')
  const person = await organization.person('administrator', { secondFactor: true })
  const theirs = await stage.newWindow(person, { bySigningIn: true })
  const owner = await stage.newWindow(await organization.person('owner'))
  await owner.goto('/organizations/lost/members')
  await owner.button('Commands for Adam Reyes').click()
  await owner.menuItem('Change role').waitFor()
  expect(await owner.menuItem('Remove the second factor').count()).toBe(0)

  await operator.enroll()
  // What was proved by setting it up counts no more.
  await server.setClock(new Date((server.now as number) + 660_000).toISOString())
  const window = await stage.newWindow(operator)
  await window.goto('/organizations/lost/members')
  await window.command('Commands for Adam Reyes', 'Remove the second factor')
  const dialog = window.dialog('Remove the second factor of Adam Reyes?')
  await window.says('the password alone signs this person in', dialog)
  await window.button('Remove the second factor', dialog).click()
  const proof = window.dialog('Prove that it is you')
  await window.field('Code of your authenticator', proof).fill(await operator.code())
  await window.button('Continue', proof).click()
  await window.says('Adam Reyes signs in without a second factor now')
  await window.expectRefusal('step_up_required')
  await window.button('Commands for Adam Reyes').click()
  await window.says('This person has no second factor.')

  await theirs.goto('/organizations')
  await theirs.heading('Sign in').waitFor()
  person.authenticator = null
  await theirs.signIn(person)
  await theirs.account(person.name).waitFor()
})
