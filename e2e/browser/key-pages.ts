import type { Locator } from 'playwright-core'
import type { Console } from './console.ts'

interface Choices {
  /** What the button is called: the type's own label for generating. */
  button: string
  /** Label of the type, where several are offered. */
  type?: string
  name?: string
  environment?: string
  /** One of the presets, as it reads; left out: what is chosen already. */
  worksFor?: string | RegExp
  /** Lines as they are pasted; `any` chooses any address; left out: the type asks for none. */
  addresses?: string | 'any'
}

export const NEXT = 'Continue'
export const GENERATE = 'Authorize and Generate'

/** A card of the first step, by the label of the type. */
export function typeCard(window: Console, label: string): Locator {
  return window.page.getByRole('radio', { name: new RegExp(`^${label}( |$)`) })
}

const DETAILS = 'What may it be used for, and how long?'
const ADDRESSES = 'Where may it be used from?'
const REVIEW = 'This is what you are about to make'

/** Clicks through the steps of generating up to the sentence that sums it up. */
export async function prepareKey(window: Console, { button, type, name, environment, worksFor, addresses }: Choices): Promise<void> {
  await window.link(button).first().click()
  if (type !== undefined) {
    await typeCard(window, type).check()
    await window.button(NEXT).click()
  }
  let step = await stepOf(window, [DETAILS, ADDRESSES, REVIEW])
  if (step === DETAILS) {
    if (name !== undefined) await window.field('Name').fill(name)
    if (environment !== undefined) await window.page.getByRole('radio', { name: environment }).check()
    if (worksFor !== undefined) await window.page.getByRole('radio', { name: worksFor }).check()
    await window.button(NEXT).click()
    step = await stepOf(window, [ADDRESSES, REVIEW])
  }
  if (step === ADDRESSES) {
    if (addresses === 'any') await window.page.getByRole('radio', { name: /^Any address/ }).check()
    else if (addresses !== undefined) await pasteAddresses(window, addresses)
    await window.button(NEXT).click()
    await stepOf(window, [REVIEW])
  }
}

/** Waits until one of these steps is shown. Which there are depends on the type. */
async function stepOf(window: Console, titles: readonly string[]): Promise<string> {
  const heading = window.heading(new RegExp(titles.map((title) => title.replaceAll('?', String.raw`\?`)).join('|')))
  return (await heading.textContent()) ?? ''
}

/** Pastes addresses, one a line, into the list that a page shows. */
export async function pasteAddresses(window: Console, lines: string): Promise<void> {
  await window.button('Paste a list').click()
  await window.field('Addresses, one a line').fill(lines)
  await window.button('Add to the list').click()
}

/** Generates a key by clicking. @returns its secret, as the page shows it this once; the panel is still open. */
export async function generateKey(window: Console, choices: Choices): Promise<string> {
  await prepareKey(window, choices)
  await window.button(GENERATE).click()
  return window.field('Secret').inputValue()
}

/** Says that the secret is stored, which closes the panel. */
export async function storeSecret(window: Console): Promise<void> {
  const stored = window.field('I have stored it')
  if (await stored.isVisible()) await stored.check()
  await window.button(/^(To the key|Done)$/).click()
  await window.field('Secret').waitFor({ state: 'hidden' })
}
