import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect } from 'vitest'
import { buildConsole } from '../../tools/build-console.ts'
import { INSTALL_TIMEOUT } from '../debian-package.ts'
import { launchChromium } from './chromium.ts'
import { Console, type ConsoleOptions } from './console.ts'
import { PeopledInstallation } from './peopled-installation.ts'
import type { Person } from './person.ts'

/** What one file of browser tests plays on: one server, one browser, and windows of people in it. */
export interface Stage {
  installation: PeopledInstallation
  /** A window of somebody who is signed in, opened at the first call and kept for the file. */
  window(person: Person): Promise<Console>
  /** One more window, for this test: of nobody, or of somebody who may have others. */
  newWindow(person: Person | null, options?: WindowOptions): Promise<Console>
}

interface WindowOptions extends ConsoleOptions {
  url?: string
  /** Through the page, with a session of its own; otherwise with the session that the person has already. */
  bySigningIn?: boolean
}

type Options = NonNullable<Parameters<typeof PeopledInstallation.start>[1]>

/**
 * Sets the stage for the file that calls it. After each test it fails with whatever went wrong in any window.
 * @param from presets, or what makes the installation.
 */
export function setStage(from: readonly string[] | (() => Promise<PeopledInstallation>), options: Options = {}): Stage {
  let browser: Browser
  const kept = new Map<Person, Console>()
  const ofThisTest: Console[] = []
  const open = async (person: Person | null, { url = stage.installation.server.url, bySigningIn = false, ...more }: WindowOptions = {}) => {
    const window = await Console.open(browser, url, { ...(options.now === undefined ? {} : { now: options.now }), ...more })
    ofThisTest.push(window)
    if (person !== null) await (bySigningIn ? window.signIn(person) : window.enter(person))
    return window
  }
  const stage = {
    async window(person) {
      const window = kept.get(person) ?? (await open(person))
      kept.set(person, window)
      return window
    },
    newWindow: open,
  } as Stage

  beforeAll(async () => {
    // `npm test` has built it before; a single file that is run by hand may find older sources built.
    expect(await buildConsole(), 'the console could not be built').toBe(true)
    // Both take a second or two.
    ;[browser, stage.installation] = await Promise.all([launchChromium(), typeof from === 'function' ? from() : PeopledInstallation.start(from, options)])
  }, INSTALL_TIMEOUT)
  afterEach(async ({ task }) => {
    const windows = [...new Set([...kept.values(), ...ofThisTest])]
    const trouble = await Promise.all(windows.map((window) => window.takeTrouble()))
    if (task.result?.state === 'fail') for (const window of windows) console.error(await window.describe())
    for (const window of ofThisTest.splice(0)) if (![...kept.values()].includes(window)) await window[Symbol.asyncDispose]()
    expect(trouble.flat()).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await stage.installation?.[Symbol.asyncDispose]()
  })
  return stage
}
