import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildConsole } from '../../tools/build-console.ts'
import { INSTALL_TIMEOUT } from '../debian-package.ts'
import { TestServer } from '../harness.ts'
import { launchChromium } from './chromium.ts'
import { Console } from './console.ts'

/** That a window of the tests notices what goes wrong in it: the other tests rely on it. */
let server: TestServer
let browser: Browser

beforeAll(async () => {
  expect(await buildConsole()).toBe(true)
  ;[browser, server] = await Promise.all([launchChromium(), TestServer.start()])
}, INSTALL_TIMEOUT)
afterAll(async () => {
  await browser?.close()
  await server?.[Symbol.asyncDispose]()
})

test('the console loads without an error, and asks no server but its own', async () => {
  await using window = await Console.open(browser, server.url)
  await window.goto('/sign-in')
  await window.heading('Sign in').waitFor()
  expect(await window.takeTrouble()).toEqual([])
})

test.each([
  ['an error in the page’s console', `console.error('broken')`, /error in the page's console: broken/],
  ['an error that nobody caught', `setTimeout(() => { throw new Error('lost') })`, /the page threw: Error: lost/],
  [
    'a script that the content security policy refuses',
    `document.body.append(Object.assign(document.createElement('script'), { textContent: '1' }))`,
    /Content Security Policy/,
  ],
  ['a request to another server', `fetch('http://127.0.0.1:9/').catch(() => {})`, /Content Security Policy|asked another server/],
  ['an answer that refuses', `fetch('/v1/me').then((answer) => answer.text())`, /GET \/v1\/me was refused: 401 unauthenticated/],
])('%s is trouble', async (_name, script, message) => {
  await using window = await Console.open(browser, server.url)
  await window.goto('/sign-in')
  await window.page.evaluate(script)
  await expect.poll(async () => (await window.takeTrouble()).join('\n'), { timeout: 20_000 }).toMatch(message)
})

test('a refusal that the test expects is none', async () => {
  await using window = await Console.open(browser, server.url)
  await window.goto('/sign-in')
  await window.page.evaluate(`fetch('/v1/me').then((answer) => answer.text())`)
  expect(await window.expectRefusal('unauthenticated')).toMatchObject({ method: 'GET', path: '/v1/me', status: 401 })
  expect(await window.takeTrouble()).toEqual([])
})
