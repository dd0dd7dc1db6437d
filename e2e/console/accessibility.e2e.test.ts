import { expect, test } from 'vitest'
import { DEMO_NOW, type Demo, demoInstallation } from '../browser/demo-installation.ts'
import { CONSOLE_PAGES, CONSOLE_STATES } from '../browser/pages.ts'
import { setStage } from '../browser/stage.ts'

/** Every page with the demo data, and in the states that matter: axe finds nothing, in light and in dark. */
let demo: Demo
const stage = setStage(
  async () => {
    demo = await demoInstallation()
    return demo.installation
  },
  { now: DEMO_NOW },
)

test.each([...CONSOLE_PAGES, ...CONSOLE_STATES])('axe finds nothing on $name', async ({ name, who, open }) => {
  const window = who === null ? await stage.newWindow(null) : await stage.window(demo.people[who])
  await open(window, demo)
  await window.settle()
  expect(await window.accessibilityFindings()).toEqual([])
  const nothing = await window.page.getByText('There is nothing here').count()
  expect(nothing > 0, 'the page was found').toBe(name === 'not-found')
  await window.page.emulateMedia({ colorScheme: 'dark' })
  await window.standStill()
  // What changes with the colours is the contrast.
  expect(await window.accessibilityFindings(['color-contrast'])).toEqual([])
  await window.page.emulateMedia({ colorScheme: 'light' })
  for (const code of ['not_found', 'forbidden']) await window.forgetRefusals(code)
})

test('what is to come is told as ahead, and what has happened never is, however the clocks of server and browser differ', async () => {
  const administrator = await stage.window(demo.people.administrator)
  await administrator.goto('/organizations/harbour-coffee/pages/api-keys')
  await administrator.row('Label printer').getByText('in 4 days').waitFor()
  // The test clock went back behind the real start of the server.
  const operator = await stage.window(demo.people.operator)
  await operator.goto('/operator/health')
  await operator.says('Started')
  expect(
    await operator.page
      .getByRole('definition')
      .filter({ hasText: /^in \d/ })
      .count(),
  ).toBe(0)
})
