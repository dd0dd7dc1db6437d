import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestServer } from '../harness.ts'
import { forms } from '../secrets/search.ts'
import type { Console } from './console.ts'

/**
 * Where a secret, or what leads back to it, still is after its one display: in the page, the window's history, whatever the
 * browser stores, what a reload asks and is answered, what the server printed, and the files of the server. Empty is right.
 */
export async function tracesOfSecret(secret: string, window: Console, server: TestServer): Promise<string[]> {
  const here = await tracesInBrowser(secret, window)
  const elsewhere = { ...(await trafficOfReload(window)), 'what the server printed': server.output, ...filesOf(server.env['KEYWRIGHT_DATA'] as string) }
  return [...here, ...placesOf(secret, elsewhere)]
}

/** Where it is in the browser now. */
export async function tracesInBrowser(secret: string, window: Console): Promise<string[]> {
  return placesOf(secret, await inBrowser(window))
}

function placesOf(secret: string, places: Readonly<Record<string, string>>): string[] {
  const looked = forms(secret)
  return Object.entries(places)
    .filter(([, text]) => looked.some((form) => text.includes(form)))
    .map(([place]) => place)
}

async function inBrowser({ page, context }: Console): Promise<Record<string, string>> {
  const devtools = await context.newCDPSession(page)
  const history = await devtools.send('Page.getNavigationHistory')
  await devtools.detach()
  // A string, for these names exist in browsers only.
  const stored = (await page.evaluate(`(async () => ({
    page: document.documentElement.outerHTML + [...document.querySelectorAll('input, textarea')].map((field) => field.value).join('\\n'),
    title: document.title,
    state: JSON.stringify(history.state),
    'window.name': window.name,
    localStorage: JSON.stringify({ ...localStorage }),
    sessionStorage: JSON.stringify({ ...sessionStorage }),
    cookie: document.cookie,
    caches: JSON.stringify(await caches.keys()),
    indexedDB: JSON.stringify(await indexedDB.databases()),
    workers: JSON.stringify((await navigator.serviceWorker?.getRegistrations() ?? []).map(({ scope }) => scope)),
  }))()`)) as Record<string, string>
  return { ...stored, history: JSON.stringify(history), cookies: JSON.stringify(await context.cookies()) }
}

/** What goes over the wire when the page is loaded again, and what stands in it then. */
async function trafficOfReload({ page }: Console): Promise<Record<string, string>> {
  const traffic: Record<string, string> = {}
  const reading: Promise<void>[] = []
  const listen = (response: Awaited<ReturnType<typeof page.reload>>) => {
    if (response === null) return
    const request = response.request()
    const read = async () => {
      const body = await response.text().catch(() => '')
      traffic[`reload: ${request.method()} ${request.url()}`] = [
        JSON.stringify(request.headers()),
        request.postData(),
        JSON.stringify(response.headers()),
        body,
      ].join('\n')
    }
    reading.push(read())
  }
  page.on('response', listen)
  await page.reload({ waitUntil: 'networkidle' })
  page.off('response', listen)
  await Promise.all(reading)
  return { ...traffic, 'the page after a reload': await page.content() }
}

function filesOf(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  return Object.fromEntries(files.map(({ parentPath, name }) => [join(parentPath, name), readFileSync(join(parentPath, name), 'latin1')]))
}
