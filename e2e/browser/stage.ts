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
  /** A window of somebody who is signed in, opened at the first call. */
  window(person: Person, options?: ConsoleOptions): Promise<Console>
  /** One more window: of nobody, or of somebody who has one already. */
  newWindow(person: Person | null, options?: ConsoleOptions): Promise<Console>
}

/** Sets the stage for the file that calls it. After each test it fails with whatever went wrong in any window. */
export function setStage(presets: readonly string[], options: Parameters<typeof PeopledInstallation.start>[1] = {}): Stage {
  let browser: Browser
  const windows = new Map<Person, Console>()
  const all: Console[] = []
  const stage = {
    async window(person, windowOptions) {
      const known = windows.get(person)
      if (known !== undefined) return known
      const opened = await stage.newWindow(person, windowOptions)
      windows.set(person, opened)
      return opened
    },
    async newWindow(person, windowOptions = {}) {
      const opened = await Console.open(browser, stage.installation.server.url, {
        ...(options.now === undefined ? {} : { now: options.now }),
        ...windowOptions,
      })
      all.push(opened)
      if (person !== null) await opened.signIn(person)
      return opened
    },
  } as Stage

  beforeAll(async () => {
    // `npm test` has built it before; a single file that is run by hand may find older sources built.
    expect(await buildConsole(), 'the console could not be built').toBe(true)
    // Both take a second or two.
    ;[browser, stage.installation] = await Promise.all([launchChromium(), PeopledInstallation.start(presets, options)])
  }, INSTALL_TIMEOUT)
  afterEach(async () => {
    const trouble = await Promise.all(all.map((each) => each.takeTrouble()))
    expect(trouble.flat()).toEqual([])
  })
  afterAll(async () => {
    await browser?.close()
    await stage.installation?.[Symbol.asyncDispose]()
  })
  return stage
}
