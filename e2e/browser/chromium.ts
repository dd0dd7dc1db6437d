import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { requireDebianPackage } from '../debian-package.ts'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PLACES = [
  '/usr/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  String.raw`C:\Program Files\Google\Chrome\Application\chrome.exe`,
  String.raw`C:\Program Files (x86)\Google\Chrome\Application\chrome.exe`,
]

/** CHROME_BIN names one; otherwise the `PATH` or the usual places have it. */
function findChromium(): string | undefined {
  const named = process.env['CHROME_BIN']
  if (named !== undefined && named !== '') {
    if (!existsSync(named)) throw new Error(`NOT RUN: CHROME_BIN names ${named}, which does not exist.`)
    return named
  }
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES].find((file) => existsSync(file))
}

/** @returns the program. @throws with the reason when there is none and none can be installed. */
export async function requireChromium(): Promise<string> {
  await requireDebianPackage({ name: 'chromium', purpose: 'a Chromium', isThere: () => findChromium() !== undefined })
  return findChromium() as string
}

/** One for each test file; people get contexts of their own in it. */
export async function launchChromium(): Promise<Browser> {
  const asRoot = process.getuid?.() === 0
  return chromium.launch({
    executablePath: await requireChromium(),
    args: [
      ...(asRoot ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      // The same picture on every machine.
      '--font-render-hinting=none',
      '--force-color-profile=srgb',
    ],
  })
}
