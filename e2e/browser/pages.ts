import type { Console } from './console.ts'
import type { Demo } from './demo-installation.ts'
import { mailedLink } from './mailbox.ts'

/** A page of the console in one of its states. */
export interface ConsolePage {
  name: string
  /** Who looks at it; null: nobody is signed in. */
  who: keyof Demo['people'] | null
  open: (window: Console, demo: Demo) => Promise<void>
}

const ORG = '/organizations/harbour-coffee'

async function goTo(window: Console, path: string): Promise<void> {
  await window.goto(path)
  await window.page.getByRole('heading', { level: 1 }).first().waitFor()
}

const page = (name: string, who: ConsolePage['who'], path: string, then?: ConsolePage['open']): ConsolePage => ({
  name,
  who,
  open: async (window, demo) => {
    await goTo(window, path)
    await then?.(window, demo)
  },
})
const keyPage = (name: string, who: ConsolePage['who'], key: string, then?: ConsolePage['open']): ConsolePage => ({
  name,
  who,
  open: async (window, demo) => {
    await goTo(window, `${ORG}/keys/${demo.keys[key]}`)
    await then?.(window, demo)
  },
})

/** Up to the sentence that sums a new key up. */
async function describeKey(window: Console, name: string): Promise<void> {
  await window.field('Name').fill(name)
  await window.page.getByRole('radio', { name: 'live' }).check()
  await window.button('Continue').click()
  await window.button('Authorize and Generate').waitFor()
}
const generateCheckout = (org: string) => `/organizations/${org}/pages/api-keys/generate?section=Checkout`
/** Each look at the panel makes a key; no two of an organization have one name. */
let made = 0

/** Every page, as the demo installation fills it: for pictures, and for what must hold on all of them. */
export const CONSOLE_PAGES: readonly ConsolePage[] = [
  page('sign-in', null, '/sign-in'),
  {
    name: 'invitation',
    who: null,
    open: async (window, { installation }) => {
      const { pathname, hash } = new URL(await mailedLink(installation.mail, 'pavel@harbour-coffee.example'))
      await goTo(window, pathname + hash)
    },
  },
  page('reset-password', null, '/reset-password'),
  page('my-organizations', 'owner', '/organizations'),
  page('account', 'administrator', '/account'),

  page('keys', 'administrator', `${ORG}/pages/api-keys`),
  page('keys-of-a-page', 'administrator', `${ORG}/pages/warehouse`),
  page('keys-seen-by-a-member', 'member', `${ORG}/pages/api-keys`),
  keyPage('key', 'administrator', 'Order import'),
  keyPage('key-with-a-sunset', 'administrator', 'Old shop front'),
  keyPage('key-usage', 'administrator', 'Order import', async (window) => {
    await window.page.getByRole('tab', { name: 'Usage' }).click()
    await window.page.getByRole('tab', { name: 'Usage', selected: true }).waitFor()
  }),
  page('generate', 'administrator', `${ORG}/pages/api-keys/generate`),
  page('generate-summary', 'administrator', generateCheckout('harbour-coffee'), (window) => describeKey(window, 'Spring market')),
  // Of an organization of which no other picture is taken: its keys grow in number.
  page('secret', 'operator', generateCheckout('tidewater-cycles'), async (window) => {
    await describeKey(window, `Spring market ${++made}`)
    await window.button('Authorize and Generate').click()
    await window.field('Secret').waitFor()
  }),

  page('members', 'owner', `${ORG}/members`),
  page('invitations', 'owner', `${ORG}/members?tab=invitations`),
  page('address-lists', 'administrator', `${ORG}/address-lists`),
  page('audit-log', 'auditor', `${ORG}/audit-log`),
  page('settings', 'owner', `${ORG}/settings`),

  page('keys-empty', 'operator', '/organizations/lumen-books/pages/api-keys'),
  page('operator-organizations', 'operator', '/operator/organizations'),
  page('operator-organization', 'operator', '/operator/organizations/harbour-coffee'),
  page('operator-configuration', 'operator', '/operator/configuration'),
  page('operator-key-type', 'operator', '/operator/configuration/key-types/rest-api'),
  page('operator-api', 'operator', '/operator/configuration/apis/orders'),
  page('operator-sunsets', 'operator', '/operator/sunsets'),
  page('operator-sunset-preview', 'operator', '/operator/sunsets?type=rest-api', async (window) => {
    await window.field('Deprecated at the end of').fill('2026-11-30')
    await window.field('Retired at the end of').fill('2027-02-28')
    await window.button('Show whom it hits').click()
    await window.button('Save the sunset').waitFor()
  }),
  page('operator-look-up', 'operator', '/operator/look-up'),
  page('operator-keywright-keys', 'operator', '/operator/keys'),
  page('operator-outbox', 'operator', '/operator/outbox'),
  page('operator-health', 'operator', '/operator/health'),
  page('operator-operators', 'operator', '/operator/operators'),
  page('operator-audit-log', 'operator', '/operator/audit-log'),

  page('not-found', 'administrator', '/organizations/nowhere/members'),
  page('forbidden', 'member', '/operator/organizations'),
]

const key = { page: `${ORG}/pages/api-keys`, generate: `${ORG}/pages/api-keys/generate?section=Servers` }

/** The same with something open, typed or refused: no pictures are taken of these. */
export const CONSOLE_STATES: readonly ConsolePage[] = [
  page('sign-in with empty fields', null, '/sign-in', async (window) => {
    await window.button('Sign in').click()
    await window.expectFieldError('Password', /./)
  }),
  page('a set-up link that is not whole', null, '/set-up'),
  page('a sign-in link that is not whole', null, '/sign-in/link'),
  page('the menu of the account', 'administrator', `${ORG}/pages/warehouse`, async (window) => {
    await window.account('Adam Reyes').click()
    await window.menuItem('Sign out').waitFor()
  }),
  page('the way to any page', 'administrator', `${ORG}/pages/warehouse`, async (window) => {
    await window.page.keyboard.press('Control+k')
    await window.dialog().first().waitFor()
  }),
  page('the switch between organizations', 'operator', '/operator/organizations', async (window) => {
    await window.page.getByRole('button', { name: /^Switch organization/ }).click()
    await window.page
      .getByRole('link', { name: /Lumen Books/ })
      .first()
      .waitFor()
  }),
  page('commands of a key', 'administrator', key.page, async (window) => {
    await window.button('Commands for Shop front').click()
    await window.menuItem('Deactivate').waitFor()
  }),
  page('filters that no key fits', 'administrator', `${key.page}?q=nothing-is-called-so`, (window) => window.says('No key fits these filters')),
  page('removing a key that is in use', 'administrator', key.page, async (window) => {
    await window.command('Commands for Old shop front', 'Remove')
    await window
      .dialog(/Remove Old shop front/)
      .getByRole('textbox')
      .waitFor()
  }),
  page('replacing a secret', 'administrator', key.page, async (window) => {
    await window.command('Commands for Shop front', 'Replace')
    await window
      .dialog(/Shop front/)
      .getByRole('button', { name: 'Replace' })
      .waitFor()
  }),
  page('details of a key to be, with mistakes', 'administrator', key.generate, async (window) => {
    await window.button('Continue').click()
    await window.expectFieldError('Name', /./)
  }),
  page('addresses of a key to be, with mistakes', 'administrator', key.generate, async (window) => {
    await window.field('Name').fill('Picking robots')
    await window.page.getByRole('radio', { name: 'live' }).check()
    await window.button('Continue').click()
    await window.button('Paste a list').click()
    await window.field('Addresses, one a line').fill('300.1.1.1\n10.0.0.1/8')
    await window.button('Add to the list').click()
    await window.says(/could not be read/)
  }),
  keyPage('history of a key', 'administrator', 'Order import', async (window) => {
    await window.page.getByRole('tab', { name: 'History' }).click()
    await window.page.getByRole('tab', { name: 'History', selected: true }).waitFor()
  }),
  keyPage('editing restrictions', 'administrator', 'Order import', async (window) => {
    await window.button('Edit').click()
    await window.button('Save').waitFor()
  }),
  page('an invitation with mistakes', 'owner', `${ORG}/members`, async (window) => {
    await window.button('Invite').click()
    await window.button('Send invitation').click()
    await window.expectFieldError('E-mail', /./)
  }),
  page('changing a role', 'owner', `${ORG}/members`, async (window) => {
    await window.command('Commands for Milo Novak', 'Change role')
    await window.dialog(/Role of Milo Novak/).waitFor()
  }),
  page('editing an address list', 'administrator', `${ORG}/address-lists?edit=rest-api`, (window) => window.button('Save list').waitFor()),
  page('setting up a second factor', 'owner', '/account', async (window) => {
    await window.button('Set up').click()
    await window.dialog('Set up').waitFor()
  }),
  page('taking a lost second factor away', 'operator', `${ORG}/members`, async (window) => {
    await window.command('Commands for Adam Reyes', 'Remove the second factor')
    await window.dialog(/^Remove the second factor/).waitFor()
  }),
  page('suspending an organization', 'operator', '/operator/organizations/harbour-coffee', async (window) => {
    await window.button('Suspend').click()
    await window
      .dialog(/Suspend Harbour Coffee/)
      .getByText(/would be refused/)
      .waitFor()
  }),
]
