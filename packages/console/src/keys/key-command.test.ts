import { keyType, type KeyTypeInput } from '@keywright/core/configuration/key-type.ts'
import type { KeyCommand } from '@keywright/core/lifecycle.ts'
import { describe, expect, test } from 'vitest'
import type { Key } from './key.ts'
import { commandLabel, commandState, factsOf, roleReason } from './key-command.ts'

const NOW = Date.UTC(2026, 10, 26, 12)
const HOUR = 3_600_000
const at = (offset: number): string => new Date(NOW + offset).toISOString()

const typeWith = (more: Partial<KeyTypeInput> = {}) => keyType.parse({ slug: 'ci', prefix: 'ci', ...more })
const keyWith = (more: Partial<Key> = {}) => ({ status: 'active', expiresAt: null, retiresAt: null, newestVersion: 1, versions: [], ...more }) as Key
const state = (command: KeyCommand, key: Key, type = typeWith(), role: Parameters<typeof commandState>[3] = 'administrator') =>
  commandState(command, key, type, role, NOW)

describe('a command is offered', () => {
  test('as the type allows it, whatever the status', () => {
    const insider = typeWith({ replace: { allowed: false }, deactivate: false })
    const offered = (['activate', 'deactivate', 'replace', 'reveal', 'update', 'remove'] as const).filter((each) => state(each, keyWith(), insider).offered)
    expect(offered).toEqual(['update', 'remove'])
  })

  test('to activate where keys wait for it, though none can be deactivated', () => {
    expect(state('activate', keyWith({ status: 'pending' }), typeWith({ activation: 'manual', deactivate: false })).allowed).toBe(true)
  })
})

describe('a command is refused with a reason', () => {
  test('for a role that manages no keys, naming who can', () => {
    for (const role of ['member', 'auditor', 'supervisor', null] as const)
      expect(state('deactivate', keyWith(), typeWith(), role)).toMatchObject({
        offered: true,
        allowed: false,
        reason: 'Your role does not allow that. Ask an owner or an administrator of the organization.',
      })
  })

  test('for an administrator where the type leaves it to owners, and to operators alone where it names nobody', () => {
    const owners = typeWith({ roles: { manage: ['owner'] } })
    expect(state('remove', keyWith(), owners).reason).toContain('Ask an owner of the organization')
    expect(state('remove', keyWith(), owners, 'owner').allowed).toBe(true)
    const nobody = typeWith({ roles: { manage: [] } })
    expect(state('remove', keyWith(), nobody, 'owner').reason).toContain('Only operators')
    expect(state('remove', keyWith(), nobody, 'operator').allowed).toBe(true)
  })

  test('for revealing by the roles of revealing', () => {
    const type = typeWith({ visibility: 'retrievable', roles: { manage: ['owner', 'administrator'], reveal: ['owner'] } })
    expect(state('reveal', keyWith(), type).allowed).toBe(false)
    expect(roleReason('owner', type, 'reveal')).toBeNull()
  })

  test('for a role that a type names although the role manages no keys anywhere', () => {
    expect(roleReason('member', typeWith({ roles: { manage: ['member'] } }), 'manage')).toContain('Only operators')
  })

  test('by status, in the sentences of the server', () => {
    expect(state('deactivate', keyWith({ status: 'pending' })).reason).toContain('pending')
    expect(state('activate', keyWith({ status: 'removed' })).reason).toContain('removed')
    expect(state('activate', keyWith()).reason).toBe('The key is active already.')
    expect(state('replace', keyWith({ status: 'retired', retiresAt: at(-HOUR) })).reason).toContain('retired')
  })

  test('for finishing an overlap that does not run', () => {
    expect(state('finish-overlap', keyWith()).allowed).toBe(false)
    const old = { number: 1, hint: 'ci_…aaaa', createdAt: at(-HOUR), endsAt: at(HOUR), live: true }
    expect(state('finish-overlap', keyWith({ newestVersion: 2, versions: [old] })).allowed).toBe(true)
  })
})

test('a key whose end came while the page was open counts as ended', () => {
  expect(state('replace', keyWith({ expiresAt: at(-1) })).allowed).toBe(false)
  expect(state('update', keyWith({ expiresAt: at(-1) })).verdict).toBe('limited')
})

test('what the server says has ended has ended, also where this clock is late', () => {
  expect(factsOf({ status: 'expired', expiresAt: at(HOUR), retiresAt: null }, NOW)).toEqual({ status: 'active', expiresAt: NOW, retiredAt: null })
})

test('labels are those of the type, else the common ones', () => {
  const type = typeWith({ presentation: { labels: { remove: 'Delete' } } })
  expect([commandLabel(type, 'remove'), commandLabel(type, 'issue')]).toEqual(['Delete', 'Generate API key'])
})
