/**
 * `npm run screenshots`: sets up an installation with invented data and writes a picture of every page of the console to
 * `docs/screenshots`: light, dark, and as wide as a phone. Arguments name pages; without any all are taken.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { buildConsole } from '../../tools/build-console.ts'
import { requireDebianPackage } from '../debian-package.ts'
import { ROOT } from '../harness.ts'
import { launchChromium } from './chromium.ts'
import { Console, type ConsoleOptions } from './console.ts'
import { DEMO_NOW, demoInstallation } from './demo-installation.ts'
import { CONSOLE_PAGES, type ConsolePage } from './pages.ts'

const FOLDER = join(ROOT, 'docs/screenshots')
/** Bytes of all pictures together. */
const MOST = 6_000_000
const LOOKS: Record<string, ConsoleOptions> = {
  light: { colorScheme: 'light' },
  dark: { colorScheme: 'dark' },
  phone: { colorScheme: 'light', viewport: { width: 390, height: 844 } },
}

await requireDebianPackage({ name: 'pngquant', purpose: 'pngquant', isThere: () => spawnSync('pngquant', ['--version']).status === 0 })
if (!(await buildConsole())) process.exit(1)
const wanted = process.argv.slice(2)
mkdirSync(FOLDER, { recursive: true })
if (wanted.length === 0) for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.png'))) rmSync(join(FOLDER, file))

const demo = await demoInstallation()
const browser = await launchChromium()
try {
  const pages = CONSOLE_PAGES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  for (const [look, options] of Object.entries(LOOKS)) await takePictures(browser, pages, look, options)
} finally {
  await browser.close()
  await demo.installation[Symbol.asyncDispose]()
}
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.png'))
const bytes = files.reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0)
console.log(`${files.length} pictures, ${(bytes / 1e6).toFixed(1)} MB together (at most ${MOST / 1e6} MB)`)
process.exitCode = bytes > MOST ? 1 : 0

async function takePictures(within: Browser, pages: readonly ConsolePage[], look: string, options: ConsoleOptions): Promise<void> {
  const windows = new Map<ConsolePage['who'], Console>()
  for (const { name, who, open } of pages) {
    let window = windows.get(who)
    if (window === undefined) {
      window = await Console.open(within, demo.installation.server.url, { now: DEMO_NOW, ...options })
      if (who !== null) await window.enter(demo.people[who])
      windows.set(who, window)
    }
    await open(window, demo)
    await window.settle()
    await window.page.evaluate('scrollTo(0, 0)')
    const file = join(FOLDER, `${name}-${look}.png`)
    // A page that is longer than the window is shown as a whole, up to a length that a reader still looks at.
    const height = Math.min(await window.contentHeight(), look === 'phone' ? 1600 : 1400)
    const { width = 0, height: usual = 0 } = window.page.viewportSize() ?? {}
    await window.page.setViewportSize({ width, height: Math.max(height, usual) })
    await window.page.screenshot({ path: file, animations: 'disabled', caret: 'hide' })
    await window.page.setViewportSize({ width, height: usual })
    const { status, stderr } = spawnSync('pngquant', ['--force', '--ext', '.png', '--strip', '--speed', '1', '64', file], { encoding: 'utf8' })
    if (status !== 0) throw new Error(`pngquant: ${stderr}`)
    for (const trouble of await window.takeTrouble()) console.log(`${name} ${look}: ${trouble}`)
  }
  for (const window of windows.values()) await window[Symbol.asyncDispose]()
}
