import { setTimeout } from 'node:timers/promises'
import { run } from './harness.ts'

/** For a hook that may install a package: milliseconds. */
export const INSTALL_TIMEOUT = 600_000

interface DebianPackage {
  /** Name of the package. */
  name: string
  /** Why the tests want it, ending a sentence that begins with "This test needs". */
  purpose: string
  isThere: () => boolean
}

/**
 * Installs a package of Debian where what it brings is missing, says so before, and obeys KEYWRIGHT_TEST_INSTALL=no.
 * @throws with the reason when it is missing afterwards: a test that was not run is never one that passed.
 */
export async function requireDebianPackage({ name, purpose, isThere }: DebianPackage): Promise<void> {
  if (isThere()) return
  if (process.env['KEYWRIGHT_TEST_INSTALL'] === 'no')
    throw new Error(`NOT RUN: ${name} is not installed, and KEYWRIGHT_TEST_INSTALL=no forbids to install it. Install it (apt-get install ${name}).`)
  console.error(`This test needs ${purpose} and installs it now: apt-get install -y ${name} (set KEYWRIGHT_TEST_INSTALL=no to forbid that).`)
  const environment = { PATH: process.env['PATH'] ?? '', DEBIAN_FRONTEND: 'noninteractive', LANG: 'C' }
  // Two test files may need two packages in one moment: the second waits for the first.
  const apt = (...words: string[]) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...words], environment)
  const install = () => apt('install', '-y', '--no-install-recommends', name)
  try {
    let ended = await install()
    if (ended.code !== 0 && !isThere()) {
      // A fresh machine has no lists of packages, or old ones that name files which are gone.
      await updated(() => apt('update'))
      ended = await install()
    }
    if (isThere()) return
    throw new Error(`apt-get ended with ${ended.code}: ${ended.stderr.trim().split('\n').at(-1)}`)
  } catch (error) {
    throw new Error(`NOT RUN: ${name} could not be installed (${(error as Error).message}).`, { cause: error })
  }
}

/** `apt-get update` has a lock of its own and does not wait for it. */
async function updated(update: () => Promise<{ code: number | null; stderr: string }>): Promise<void> {
  for (let tries = 0; tries < 60; tries++) {
    const { code, stderr } = await update()
    if (code === 0 || !/lock/i.test(stderr)) return
    await setTimeout(1000)
  }
}
