import { beforeAll, expect, test } from 'vitest'
import type { Console } from '../browser/console.ts'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import type { Person } from '../browser/person.ts'
import { setStage } from '../browser/stage.ts'
import { type Sample, verdict } from '../systems/sample.ts'

/** E of the documented systems, by clicking in a real browser; the names are their vendor's. */
const stage = setStage(['insites'])

const PAGE = '/organizations/acme/pages/integrations'
let acme: PeopledOrganization
let administrator: Person
let crm: Sample

beforeAll(async () => {
  acme = await stage.installation.organization('acme', { name: 'Acme', environments: ['production', 'staging'] })
  administrator = await acme.person('administrator', { secondFactor: true })
  crm = await stage.installation.sample('crm', ['insites-crm', 'insites-crm-staging'])
})

const contacts = (authorization: string, host = 'acme.localhost') => crm.call({ path: '/crm/api/v2/contacts', headers: { host, authorization } })
const card = (window: Console, environment: string) => window.page.getByRole('article', { name: environment })
const clipboard = (window: Console) => window.page.evaluate('navigator.clipboard.readText()') as Promise<string>
/** Answers the question for a fresh code, where it is asked. */
const proveIfAsked = async (window: Console, done: () => Promise<boolean>) => {
  const question = window.dialog('Prove that it is you')
  await expect.poll(async () => (await question.isVisible()) || (await done()), { timeout: 20_000 }).toBe(true)
  if (!(await question.isVisible())) return
  await window.field('Code of your authenticator').fill(await administrator.code())
  await question.getByRole('button', { name: 'Continue' }).click()
}
const copied = (window: Console) => window.page.getByText('Copied. This was written into the audit log.').first().isVisible()

test('E.1 each instance has exactly one key, masked; Copy works any time with a fresh second factor, and each reveal is audited', async () => {
  const window = await stage.window(administrator)
  await window.goto('/organizations/acme')
  await window.link('Integrations').first().click()
  await window.heading('Instance API Key').waitFor()
  // The heading stands before the answer is there.
  await card(window, 'staging').waitFor()
  expect(await window.page.getByRole('article').count()).toBe(2)
  expect(await window.page.content()).not.toMatch(/instance_[0-9A-Za-z]{50}/)

  // Ten minutes and more after the sign-in a fresh code is asked for.
  const { server } = stage.installation
  await server.setClock(new Date((server.now as number) + 11 * 60_000).toISOString())
  await card(window, 'production').getByRole('button', { name: 'Copy' }).click()
  await window.dialog('Prove that it is you').waitFor()
  await window.field('Code of your authenticator').fill('000000')
  await window.button('Continue').click()
  await window.expectRefusal('sign_in_refused')
  await window.expectRefusal('step_up_required')
  await window.field('Code of your authenticator').fill(await administrator.code())
  await window.button('Continue').click()
  await window.says('Copied. This was written into the audit log.')
  const secret = await clipboard(window)
  expect(secret).toMatch(/^instance_[0-9A-Za-z]{50}$/)
  expect((await contacts(secret)).status).toBe(200)

  // In any browser, any time.
  const other = await stage.newWindow(administrator)
  await other.goto(PAGE)
  await card(other, 'production').getByRole('button', { name: 'Copy' }).click()
  await proveIfAsked(other, () => copied(other))
  await other.says('Copied. This was written into the audit log.')
  expect(await clipboard(other)).toBe(secret)
  await other.forgetRefusals('step_up_required')
  expect(await acme.events('&action=key.revealed')).toHaveLength(2)
})

test('E.1 whoever has no second factor is led to set one up; who is no administrator sees no Copy to press', async () => {
  const owner = await acme.person('owner')
  const window = await stage.window(owner)
  await window.goto(PAGE)
  await card(window, 'production').getByRole('button', { name: 'Copy' }).click()
  await window.dialog('Set up a second factor first').waitFor()
  await window.expectRefusal('second_factor_missing')
  await window.button('Set up a second factor').click()
  await window.page.waitForURL('**/account**')

  const member = await stage.window(await acme.person('member'))
  await member.goto(PAGE)
  await member.expectDisabled(card(member, 'production').getByRole('button', { name: 'Copy' }), /Ask an? (owner|administrator)/)
  const { items } = await (await acme.person('member')).must(200, 'GET', `${acme.path}/keys`)
  const refused = await (await acme.person('member')).call('POST', `${acme.path}/keys/${items[0].id}:reveal`)
  expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
})

test('E.2 the copied key is taken raw, on its own instance, and nowhere else', async () => {
  const window = await stage.window(administrator)
  await window.goto(PAGE)
  await card(window, 'staging').getByRole('button', { name: 'Show' }).click()
  const shown = card(window, 'staging').getByText(/^instance_[0-9A-Za-z]{50}$/)
  await proveIfAsked(window, () => shown.isVisible())
  const secret = (await shown.textContent()) as string
  await window.forgetRefusals('step_up_required')
  expect((await contacts(secret, 'acme-staging.localhost')).status).toBe(200)
  expect(verdict(await contacts(secret))).toBe('401 wrong_environment')
  expect(verdict(await contacts(`Bearer ${secret}`, 'acme-staging.localhost'))).toBe('401 wrong_carrier')
  await card(window, 'staging').getByRole('button', { name: 'Hide' }).click()
  await shown.waitFor({ state: 'hidden' })
})

test('E.4 EDIT > GENERATE KEY > cancel leaves the old one; confirm refuses it at the very next call', async () => {
  const window = await stage.window(administrator)
  await window.goto(PAGE)
  await card(window, 'production').getByRole('button', { name: 'Copy' }).click()
  await proveIfAsked(window, () => copied(window))
  await window.says('Copied. This was written into the audit log.')
  const old = await clipboard(window)

  await card(window, 'production').getByRole('button', { name: 'EDIT' }).click()
  await card(window, 'production').getByRole('button', { name: 'GENERATE KEY' }).click()
  await window.dialog().getByRole('button', { name: 'Cancel' }).click()
  expect((await contacts(old)).status).toBe(200)

  await card(window, 'production').getByRole('button', { name: 'EDIT' }).click()
  await card(window, 'production').getByRole('button', { name: 'GENERATE KEY' }).click()
  await window.dialog().getByRole('button', { name: 'GENERATE KEY' }).click()
  const field = window.field('Secret')
  await proveIfAsked(window, () => field.isVisible())
  const fresh = await field.inputValue()
  await window.button('Done').click()
  await window.forgetRefusals('step_up_required')
  expect(verdict(await contacts(old))).toBe('401 replaced')
  expect((await contacts(fresh)).status).toBe(200)
})
