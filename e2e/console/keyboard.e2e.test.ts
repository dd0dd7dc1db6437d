import type { Locator } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Console } from '../browser/console.ts'
import { setStage } from '../browser/stage.ts'

/** The whole way to a key without a mouse. */
const stage = setStage(['starter'])

/** Presses Tab until this has the focus, as somebody does who cannot point at it. */
async function tabTo(window: Console, target: Locator): Promise<void> {
  await target.waitFor()
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await window.page.keyboard.press('Tab')
  }
  throw new Error('60 presses of Tab do not lead there')
}

test('a key is generated, copied and stored with the keyboard alone', async () => {
  const acme = await stage.installation.organization('acme', { name: 'Acme' })
  const window = await stage.window(await acme.person('administrator'))
  const { keyboard } = window.page
  await window.goto('/organizations/acme')

  // What comes first leads past the navigation.
  await keyboard.press('Tab')
  await tabTo(window, window.link('Skip to content'))
  await keyboard.press('Enter')
  await tabTo(window, window.link('Generate API key').first())
  await keyboard.press('Enter')

  await tabTo(window, window.field('Name'))
  await keyboard.type('Order import')
  await tabTo(window, window.page.getByRole('radio', { name: 'live' }))
  await keyboard.press('Space')
  await tabTo(window, window.page.getByRole('radio', { name: /^No end/ }))
  for (let presses = 0; presses < 8 && !(await window.page.getByRole('radio', { name: /^30 days/ }).isChecked()); presses++) await keyboard.press('ArrowUp')
  expect(await window.page.getByRole('radio', { name: /^30 days/ }).isChecked()).toBe(true)
  await tabTo(window, window.page.getByRole('checkbox', { name: 'orders.write' }))
  await keyboard.press('Space')
  await tabTo(window, window.button('Continue'))
  await keyboard.press('Enter')

  await window.heading('Where may it be used from?').waitFor()
  await tabTo(window, window.field('Add an address or network'))
  await keyboard.type('203.0.113.0/24')
  await keyboard.press('Enter')
  await window.field('Label of 203.0.113.0/24').waitFor()
  await tabTo(window, window.button('Continue'))
  await keyboard.press('Enter')

  await window.says(
    /orders\.read and orders\.write; accepted only from 203\.0\.113\.0\/24|accepted only from 203\.0\.113\.0\/24; allowed to use orders\.read and orders\.write/,
  )
  await tabTo(window, window.button('Authorize and Generate'))
  await keyboard.press('Enter')

  const secret = await window.field('Secret').inputValue()
  await tabTo(window, window.button('Copy').first())
  await keyboard.press('Enter')
  await expect.poll(() => window.page.evaluate('navigator.clipboard.readText()'), { timeout: 20_000 }).toBe(secret)
  await tabTo(window, window.field('I have stored it'))
  await keyboard.press('Space')
  await tabTo(window, window.button('To the key'))
  await keyboard.press('Enter')
  await window.heading('Order import').waitFor()
})

test('a dialog keeps the focus inside, Escape closes it, and the focus goes back to where it was', async () => {
  const beta = await stage.installation.organization('beta', { name: 'Beta' })
  const person = await beta.person('administrator')
  await person.must(201, 'POST', `${beta.path}/keys`, { type: 'api-key', name: 'Order import', environment: 'live', addresses: 'any' })
  const window = await stage.window(person)
  const { keyboard } = window.page
  await window.goto('/organizations/beta/pages/api-keys')
  const menu = window.button('Commands for Order import')
  await tabTo(window, menu)
  await keyboard.press('Enter')
  await window.menuItem('Deactivate').waitFor()
  for (let presses = 0; presses < 10; presses++) {
    if (await window.menuItem('Deactivate').evaluate((element) => element === element.ownerDocument.activeElement)) break
    await keyboard.press('ArrowDown')
  }
  await keyboard.press('Enter')
  const dialog = window.dialog(/Deactivate Order import/)
  await dialog.waitFor()
  for (let presses = 0; presses < 12; presses++) {
    await keyboard.press('Tab')
    await expect
      .poll(
        () =>
          dialog.evaluate((element) => {
            const { activeElement, body } = element.ownerDocument
            return activeElement === body || element.contains(activeElement) || activeElement?.hasAttribute('data-base-ui-focus-guard')
          }),
        { timeout: 20_000 },
      )
      .toBe(true)
  }
  await keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  await expect.poll(() => menu.evaluate((element) => element === element.ownerDocument.activeElement), { timeout: 20_000 }).toBe(true)
  const { items } = await person.must(200, 'GET', `${beta.path}/keys`)
  expect(items[0].status).toBe('active')
})
