import { expect, test } from 'vitest'
import { setStage } from '../browser/stage.ts'

const stage = setStage(['insider-one'], { testClock: false })

test('a key type is changed by its form, after its impact was shown; a mistake stands at its field', async () => {
  const window = await stage.window(stage.installation.operator)
  const { page } = window
  await window.goto('/operator/configuration/key-types/insider-one-ucd')
  await page.getByLabel('Label').fill('Customer data')
  await page.getByLabel('Most keys').fill('many')
  await page.getByRole('button', { name: 'Show the impact' }).click()
  await window.expectRefusal('invalid_configuration')
  await window.says(/Must be a/)
  // Once, to the first that is wrong; whoever types elsewhere then stays there.
  await page.getByLabel('Most keys').and(page.locator(':focus')).waitFor()
  await page.getByLabel('Description').fill('')
  await page.getByLabel('Description').pressSequentially('For profiles')
  expect(await page.getByLabel('Description').inputValue()).toBe('For profiles')
  await page.getByLabel('Most keys').fill('7')
  await page.getByRole('button', { name: 'Show the impact' }).click()
  const dialog = page.getByRole('dialog', { name: 'What this changes' })
  await window.says('cap.max', dialog)
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await window.says('Customer data', page.getByRole('heading', { level: 1 }))
})

test('the whole configuration is edited as a file, and mistakes name their lines', async () => {
  const window = await stage.window(stage.installation.operator)
  const { page } = window
  await window.goto('/operator/configuration?tab=file')
  const area = page.getByLabel('Configuration as YAML')
  await area.fill('version: 1\nentitlements: [one]\nkeyTypes:\n  - slug: Bad Slug\n    prefix: bad\n')
  await page.getByRole('button', { name: 'Show the impact' }).click()
  await window.expectRefusal('invalid_configuration')
  await window.says('Line 4')
  await area.fill('version: 1\nentitlements: [one]\n')
  await page.getByRole('button', { name: 'Show the impact' }).click()
  const dialog = page.getByRole('dialog', { name: 'What this changes' })
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await window.says(/Applied/)
})

test('the configuration is not left with what is not saved, by any way, as a file or as a form', async () => {
  const window = await stage.newWindow(stage.installation.operator)
  const { page } = window
  const question = window.dialog('Leave without saving?')
  const stay = async () => {
    await window.button('Stay here', question).click()
    await question.waitFor({ state: 'hidden' })
  }
  await window.goto('/operator/organizations')
  await window.link('Configuration').click()
  await page.getByRole('tab', { name: 'File' }).click()
  const area = page.getByLabel('Configuration as YAML')
  const stored = await area.inputValue()
  await area.fill(`${stored}# mine\n`)
  for (const leave of [() => window.link('Health').click(), () => page.getByRole('tab', { name: 'APIs' }).click(), () => page.goBack()]) {
    await leave()
    await stay()
    expect(await area.inputValue()).toBe(`${stored}# mine\n`)
  }
  await area.fill(stored)
  await window.link('Health').click()
  await window.heading('Health').waitFor()

  await window.goto('/operator/configuration/key-types/insider-one-ucd')
  await window.field('Label').fill('Half done')
  await page.getByRole('tab', { name: 'File' }).click()
  await stay()
  expect(await window.field('Label').inputValue()).toBe('Half done')
  await window.link('Health').click()
  await window.button('Leave, the changes are lost', question).click()
  await window.heading('Health').waitFor()

  // A new thing that was saved leads to its page, unasked.
  await window.goto('/operator/configuration/apis/~new')
  await window.field('Slug').fill('extra')
  await page.getByRole('checkbox', { name: 'Customer data' }).check()
  await window.field('Where the key stands').fill('X-Extra-Key raw')
  await window.button('Show the impact').click()
  await window.button('Apply', window.dialog('What this changes')).click()
  await page.waitForURL('**/operator/configuration/apis/extra')
})

test('a verifier key is issued, its secret shown once and found by looking it up', async () => {
  const window = await stage.window(stage.installation.operator)
  const { page } = window
  await window.goto('/operator/keys')
  await page.getByRole('button', { name: 'Issue verifier key' }).click()
  await page.getByLabel('Name').fill('gateway')
  await page.getByRole('button', { name: 'Issue', exact: true }).click()
  const secret = await page.getByLabel('Secret', { exact: true }).inputValue()
  await page.getByLabel('I have stored it').check()
  await page.getByRole('button', { name: 'Done' }).click()
  await window.goto('/operator/look-up')
  await page.getByLabel('Secret', { exact: true }).fill(secret)
  await page.getByRole('button', { name: 'Look up' }).click()
  await window.says('It works: whoever has it can use it.')
  expect(await page.getByLabel('Secret', { exact: true }).inputValue()).toBe('')
  expect(page.url()).not.toContain(secret)
})

test('a sunset shows whom it hits before it is saved', async () => {
  const window = await stage.window(stage.installation.operator)
  const { page } = window
  await window.goto('/operator/sunsets?type=insider-one-mobile')
  await page.getByLabel('Deprecated at the end of').fill('2027-01-31')
  await page.getByLabel('Retired at the end of').fill('2027-06-30')
  await page.getByRole('button', { name: 'Show whom it hits' }).click()
  await window.says('No key that exists would be hit.')
  await window.says('Retired: keys are refused')
  await page.getByRole('button', { name: 'Save the sunset' }).click()
  const dialog = page.getByRole('dialog', { name: 'What this changes' })
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await window.says(/Applied/)
})
