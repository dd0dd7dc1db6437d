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
  page('my-organizations', 'owner', '/organizations'),
  page('account', 'administrator', '/account'),

  page('keys', 'administrator', `${ORG}/pages/api-keys`),
  page('keys-of-a-page', 'administrator', `${ORG}/pages/warehouse`),
  page('keys-seen-by-a-member', 'member', `${ORG}/pages/api-keys`),
  keyPage('key', 'administrator', 'Order import'),
  keyPage('key-with-a-sunset', 'administrator', 'Old shop front'),
  page('generate', 'administrator', `${ORG}/pages/api-keys/generate`),

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
  page('operator-look-up', 'operator', '/operator/look-up'),
  page('operator-keywright-keys', 'operator', '/operator/keys'),
  page('operator-outbox', 'operator', '/operator/outbox'),
  page('operator-health', 'operator', '/operator/health'),
  page('operator-operators', 'operator', '/operator/operators'),
  page('operator-audit-log', 'operator', '/operator/audit-log'),

  page('not-found', 'administrator', '/organizations/nowhere/members'),
  page('forbidden', 'member', '/operator/health'),
]

/** The same with something open, typed or refused: no pictures are taken of these. */
export const CONSOLE_STATES: readonly ConsolePage[] = []
