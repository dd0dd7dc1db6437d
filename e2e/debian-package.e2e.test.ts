import { afterEach, expect, test, vi } from 'vitest'
import { launchChromium } from './browser/chromium.ts'
import { requireDebianPackage } from './debian-package.ts'

afterEach(() => void vi.unstubAllEnvs())

const missing = { name: 'keywright-has-no-such-package', purpose: 'what does not exist', isThere: () => false }

test('what is missing and may not be installed fails with the reason', async () => {
  vi.stubEnv('KEYWRIGHT_TEST_INSTALL', 'no')
  await expect(requireDebianPackage(missing)).rejects.toThrow(/^NOT RUN: keywright-has-no-such-package is not installed, and KEYWRIGHT_TEST_INSTALL=no/)
})

test('what is missing where there is no apt-get fails with the reason', async () => {
  vi.stubEnv('KEYWRIGHT_TEST_INSTALL', '')
  vi.stubEnv('PATH', '/nowhere')
  await expect(requireDebianPackage(missing)).rejects.toThrow(/^NOT RUN: keywright-has-no-such-package could not be installed \(spawn apt-get ENOENT\)/)
})

test('what is there is used, whatever may be installed', async () => {
  vi.stubEnv('KEYWRIGHT_TEST_INSTALL', 'no')
  await expect(requireDebianPackage({ ...missing, isThere: () => true })).resolves.toBeUndefined()
})

test('a browser that is named and does not exist fails with the reason', async () => {
  vi.stubEnv('CHROME_BIN', '/nowhere/chromium')
  await expect(launchChromium()).rejects.toThrow('NOT RUN: CHROME_BIN names /nowhere/chromium, which does not exist.')
})
