import { beforeAll, expect, test } from 'vitest'
import type { PeopledOrganization } from '../browser/peopled-installation.ts'
import { setStage } from '../browser/stage.ts'

/** Organizations, outbox and health, by clicking in a real browser. The rest of what operators do is in operators.e2e.test.ts. */
const stage = setStage(['starter'])

let acme: PeopledOrganization
beforeAll(async () => {
  acme = await stage.installation.organization('acme', { name: 'Acme' })
})
const operator = () => stage.window(stage.installation.operator)
const verify = async (verifierKey: string, secret: string) =>
  (
    await stage.installation.server.call('POST', '/v1/verify', {
      key: verifierKey,
      body: { api: 'orders', ip: '203.0.113.7', request: { method: 'GET', path: '/orders', headers: { authorization: `Bearer ${secret}` } } },
    })
  ).body

test('an operator creates an organization and invites its first owner in one go; what is wrong is told at the fields, all at once', async () => {
  const window = await operator()
  await window.goto('/operator/organizations')
  await window.button('New organization').click()
  await window.field('Slug').fill('Not A Slug')
  await window.field('First owner').fill('nobody')
  await window.button('Create').click()
  await window.expectFieldError('First owner', /e-mail/)
  await window.field('Name').fill('Zeta Works')
  await window.field('Slug').fill('zeta-works')
  await window.field('First owner').fill('zara@zeta.example')
  await window.button('Create').click()
  await window.says(/Zeta Works was created/)
  await window.goto('/operator/organizations')
  await window.row('Zeta Works').waitFor()
})

test('a suspended organization has its keys refused from the next call, its members are told, and restoring brings them back', async () => {
  const { installation } = stage
  const administrator = await acme.person('administrator')
  const { secret } = await administrator.must(201, 'POST', `${acme.path}/keys`, { type: 'api-key', name: 'Orders', environment: 'live', addresses: 'any' })
  const verifier = await installation.server.must(201, 'POST', '/v1/verifier-keys', { key: installation.key, body: { name: 'tests', apis: ['orders'] } })
  expect((await verify(verifier.secret, secret)).valid).toBe(true)

  const window = await operator()
  await window.goto('/operator/organizations/acme')
  await window.button('Suspend').click()
  const dialog = window.dialog('Suspend Acme?')
  await dialog.getByText(/1 active key/).waitFor()
  await dialog.getByRole('button', { name: 'Suspend' }).click()
  await window.says(/Acme is suspended/)
  expect((await verify(verifier.secret, secret)).reason).toBe('organization_suspended')

  await window.button('Restore').click()
  await window.dialog('Restore Acme?').getByRole('button', { name: 'Restore' }).click()
  await window.says('Acme is restored.')
  expect((await verify(verifier.secret, secret)).valid).toBe(true)
})

test('outbox and health show what the installation does, and nobody but operators sees them', async () => {
  const window = await operator()
  await window.goto('/operator/outbox')
  await window.says('zara@zeta.example')
  await window.goto('/operator/health')
  await window.heading('Health').waitFor()
  const member = await stage.window(await acme.person('owner'))
  for (const page of ['organizations', 'configuration', 'sunsets', 'look-up', 'keys', 'outbox', 'health', 'operators', 'audit-log']) {
    await member.goto(`/operator/${page}`)
    await member.says(/Only operators of this installation|You may not see this page/)
  }
  await member.forgetRefusals('forbidden')
})
