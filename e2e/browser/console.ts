import { setTimeout } from 'node:timers/promises'
import AxeBuilder from '@axe-core/playwright'
import type { Browser, BrowserContext, Locator, Page, Response } from 'playwright-core'
import { expect } from 'vitest'
import { PASSWORD, type Person } from './person.ts'

/** Milliseconds: a slow machine may take long, a right page never does. */
const PATIENCE = 20_000
/** Milliseconds in which the body of a refusal arrives, if it ever does. */
const BODY_PATIENCE = 5000

interface Refusal {
  method: string
  path: string
  status: number
  code: string | null
}

export interface ConsoleOptions {
  colorScheme?: 'light' | 'dark'
  viewport?: { width: number; height: number }
  /** What the browser believes the time is: RFC 3339. */
  now?: string
}

/**
 * A window of the console in a browser profile of its own. Things are found as people and screen readers find them, by role and
 * label. Whatever goes wrong meanwhile (errors in the page's console, broken requests, violations of the content security policy,
 * requests to anywhere else, refusals that the test did not mention) is kept for `takeTrouble`.
 */
export class Console implements AsyncDisposable {
  readonly page: Page
  readonly context: BrowserContext
  readonly url: string
  readonly #trouble: string[] = []
  #refusals: Refusal[] = []
  #reading: Promise<unknown>[] = []

  private constructor(context: BrowserContext, page: Page, url: string) {
    this.context = context
    this.page = page
    this.url = url
    page.on('console', (message) => {
      // A refusal is looked at as an answer.
      if (['error', 'warning'].includes(message.type()) && !message.text().startsWith('Failed to load resource: the server responded'))
        this.#trouble.push(`${message.type()} in the page's console: ${message.text()}`)
    })
    page.on('pageerror', (error) => this.#trouble.push(`the page threw: ${error.stack ?? error.message}`))
    page.on('requestfailed', (request) => {
      // Whoever goes on to another page breaks off what the one before asked.
      if (request.failure()?.errorText !== 'net::ERR_ABORTED') this.#trouble.push(`${request.method()} ${request.url()}: ${request.failure()?.errorText}`)
    })
    page.on('request', (request) => {
      if (!/^(data|blob|about):/.test(request.url()) && new URL(request.url()).origin !== url) this.#trouble.push(`asked another server: ${request.url()}`)
    })
    page.on('response', (response) => {
      if (response.status() >= 400) this.#reading.push(this.#keepRefusal(response))
    })
  }

  static async open(browser: Browser, url: string, options: ConsoleOptions = {}): Promise<Console> {
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'Europe/Berlin',
      colorScheme: options.colorScheme ?? 'light',
      viewport: options.viewport ?? { width: 1280, height: 900 },
      reducedMotion: 'reduce',
    })
    context.setDefaultTimeout(PATIENCE)
    await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: url })
    if (options.now !== undefined) await context.clock.setFixedTime(options.now)
    const page = await context.newPage()
    return new Console(context, page, new URL(url).origin)
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.url}${path}`)
  }

  /** Takes over the session that a person has over HTTP: quicker than the page, for what is not about signing in. */
  async enter(person: Person): Promise<void> {
    const cookies = await person.sessionCookies()
    await this.context.addCookies(cookies.map((cookie) => ({ ...cookie, url: this.url, httpOnly: true, sameSite: 'Lax' as const })))
  }

  async signIn(person: Person): Promise<void> {
    await this.goto('/sign-in')
    await this.field('E-mail').fill(person.email)
    await this.field('Password').fill(PASSWORD)
    await this.button('Sign in').click()
    if (person.authenticator !== null) {
      await this.heading('One more step').waitFor()
      await this.field('Code of your authenticator').fill(await person.code())
      await this.button('Continue').click()
    }
    await this.page.waitForURL(({ pathname }) => pathname !== '/sign-in')
  }

  async signOut(person: Person): Promise<void> {
    await this.account(person.name).click()
    await this.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await this.heading('Sign in').waitFor()
  }

  /** The button of somebody's own menu: there when he is signed in. */
  account(name: string): Locator {
    return this.page.getByRole('button', { name: `Account of ${name}` })
  }

  button(name: string | RegExp, within: Locator | Page = this.page): Locator {
    return within.getByRole('button', { name, exact: true })
  }

  link(name: string | RegExp, within: Locator | Page = this.page): Locator {
    return within.getByRole('link', { name, exact: true })
  }

  heading(name: string | RegExp, within: Locator | Page = this.page): Locator {
    return within.getByRole('heading', { name })
  }

  /** What a label names; a word "optional" after it is no part of its name. */
  field(label: string | RegExp, within: Locator | Page = this.page): Locator {
    return within.getByLabel(typeof label === 'string' ? new RegExp(`^${label.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}( ?optional)?$`) : label)
  }

  /** A row of a table that has this text. */
  row(text: string | RegExp): Locator {
    return this.page.getByRole('row').filter({ hasText: text })
  }

  menuItem(name: string): Locator {
    return this.page.getByRole('menuitem', { name: new RegExp(`^${name}`) })
  }

  /** Opens a menu and takes a command of it. */
  async command(menu: string, name: string): Promise<void> {
    await this.button(menu).click()
    await this.menuItem(name).click()
  }

  dialog(name?: string | RegExp): Locator {
    const roles = this.page.getByRole('dialog', name === undefined ? {} : { name })
    return roles.or(this.page.getByRole('alertdialog', name === undefined ? {} : { name }))
  }

  /** Waits until the page says this. */
  async says(text: string | RegExp, within: Locator | Page = this.page): Promise<void> {
    await within.getByText(text).filter({ visible: true }).first().waitFor()
  }

  /** Waits until the page says it no more. */
  async saysNot(text: string | RegExp, within: Locator | Page = this.page): Promise<void> {
    await within.getByText(text).filter({ visible: true }).first().waitFor({ state: 'hidden' })
  }

  /** That a command is shown, cannot be used, and says why. */
  async expectDisabled(command: Locator, reason: RegExp): Promise<void> {
    await command.waitFor()
    await expect.poll(() => command.isDisabled(), { timeout: PATIENCE }).toBe(true)
    expect(await descriptionOf(command)).toMatch(reason)
  }

  /** That a field says this of what was typed into it. */
  async expectFieldError(label: string | RegExp, message: RegExp, within: Locator | Page = this.page): Promise<void> {
    const field = this.field(label, within)
    await expect.poll(() => field.getAttribute('aria-invalid'), { timeout: PATIENCE, message: `${String(label)} is not marked as wrong` }).toBe('true')
    expect(await descriptionOf(field)).toMatch(message)
  }

  /** That the server refused something with this code; mentioned thereby. */
  async expectRefusal(code: string): Promise<Refusal> {
    let found: Refusal | undefined
    await expect
      .poll(
        () => {
          found = this.#refusals.find((refusal) => refusal.code === code)
          return found?.code ?? this.#refusals
        },
        { timeout: PATIENCE },
      )
      .toBe(code)
    this.#refusals.splice(this.#refusals.indexOf(found as Refusal), 1)
    return found as Refusal
  }

  /** Waits until what the page asked was answered and what it shows stands still. */
  async settle(): Promise<void> {
    await this.page.waitForLoadState('networkidle')
    await this.page.getByRole('status', { name: 'Loading' }).first().waitFor({ state: 'hidden' })
    await this.page.evaluate('document.fonts.ready.then(() => undefined)')
    await this.standStill()
  }

  /** Waits for colours and places that change slowly; what moves for ever, such as a bar that pulses, is not waited for. */
  async standStill(): Promise<void> {
    await this.page.evaluate(`Promise.allSettled(
      document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity).map(({ finished }) => finished),
    ).then(() => undefined)`)
  }

  /** Pixels from the top of the page to its end. */
  async contentHeight(): Promise<number> {
    return this.page.evaluate('document.documentElement.scrollHeight')
  }

  /** Refusals with this code are no trouble: as many as a page asks for. */
  async forgetRefusals(code: string): Promise<void> {
    await Promise.all(this.#reading)
    this.#refusals = this.#refusals.filter((refusal) => refusal.code !== code)
  }

  /** Findings of axe, as `rule: place`; none is right. @param rules default: all that axe has by default. */
  async accessibilityFindings(rules?: string[]): Promise<string[]> {
    // There are no frames in it, so the mode for them, a page more each time, is not needed.
    const axe = new AxeBuilder({ page: this.page }).setLegacyMode(true).options({ resultTypes: ['violations'] })
    const { violations } = await (rules === undefined ? axe : axe.withRules(rules)).analyze()
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`))
  }

  /** Where it is and what it shows, for whoever looks at a test that failed. */
  async describe(): Promise<string> {
    const shown = await this.page
      .locator('body')
      .ariaSnapshot({ timeout: 2000 })
      .catch((error: Error) => error.message)
    return `${this.page.url()}\n${shown.slice(0, 6000)}\n`
  }

  /** All that went wrong since the last time, in words. */
  async takeTrouble(): Promise<string[]> {
    await Promise.all(this.#reading)
    this.#reading = []
    const refusals = this.#refusals.splice(0).map(({ method, path, status, code }) => `${method} ${path} was refused: ${status} ${code}`)
    return [...this.#trouble.splice(0), ...refusals]
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close()
  }

  async #keepRefusal(response: Response): Promise<void> {
    const request = response.request()
    const { pathname: path } = new URL(response.url())
    // Whoever is not signed in is told so when he asks who he is.
    if (path === '/v1/me/person' && response.status() === 401) return
    // Of an answer that the page no longer waited for there is no body; of one whose page was left just then, Playwright may never say so.
    const text = await Promise.race([response.text().catch(() => null), setTimeout(BODY_PATIENCE, null, { ref: false })])
    if (text === null) return
    this.#refusals.push({ method: request.method(), path, status: response.status(), code: codeIn(text) })
  }
}

/** The code of a problem (RFC 9457); null where a text is none. */
function codeIn(text: string): string | null {
  try {
    return (JSON.parse(text) as { code?: string } | null)?.code ?? null
  } catch {
    return null
  }
}

/** What a screen reader says after the name: the elements of `aria-describedby`, or `title`. */
async function descriptionOf(element: Locator): Promise<string> {
  const attribute = async (name: string) => (await element.getAttribute(name)) ?? ''
  const ids = `${await attribute('aria-describedby')} ${await attribute('aria-errormessage')}`.split(' ').filter((id) => id !== '')
  const described = await Promise.all(ids.map((id) => element.page().locator(`[id="${id}"]`).allTextContents()))
  return [...described.flat(), await attribute('title')].join(' ').trim()
}
