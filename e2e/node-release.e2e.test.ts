import { afterEach, expect, test, vi } from 'vitest'
import { requireNode } from './node-release.ts'

afterEach(() => void vi.unstubAllEnvs())

test('a Node that is nowhere to be had fails with the reason', async () => {
  await expect(requireNode(22, 'sunos mips')).rejects.toThrow('NOT RUN: no package brings Node 22 for sunos mips.')
})

test('a Node that may not be fetched fails with the reason', async () => {
  vi.stubEnv('KEYWRIGHT_TEST_INSTALL', 'no')
  // Of a machine that this one is not, so it was never fetched.
  const other = process.platform === 'win32' ? 'linux x64' : 'win32 x64'
  await expect(requireNode(22, other)).rejects.toThrow(
    /^NOT RUN: Node 22 is not there, and KEYWRIGHT_TEST_INSTALL=no forbids to fetch it \(node-\S+@22\.0\.0, into node_modules\/\.cache\)\.$/,
  )
})

test('a Node that cannot be fetched fails with the reason', async () => {
  vi.stubEnv('KEYWRIGHT_TEST_INSTALL', '')
  vi.stubEnv('PATH', '/nowhere')
  const other = process.platform === 'win32' ? 'linux x64' : 'win32 x64'
  await expect(requireNode(24, other)).rejects.toThrow(/^NOT RUN: Node 24 could not be fetched \(spawn npm(?:\.cmd)? ENOENT\)\.$/)
})
