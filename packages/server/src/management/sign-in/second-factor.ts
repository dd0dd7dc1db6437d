import { AppError } from '@keywright/core/problem-code.ts'
import { open, seal } from '../../kernel/envelope.ts'
import { deleteSecondFactorQuery, markSecondFactorQuery, putSecondFactorQuery, secondFactorOf, type StoredSecondFactor } from '../../store/second-factors.ts'
import { forgetProofsQuery, proveSessionQuery } from '../../store/sign-in.ts'
import type { Caller, Services } from '../services.ts'
import { commit, type Unit } from '../unit.ts'
import { makeBackupCodes, useBackupCode } from './backup-codes.ts'
import { PROOF_MS } from './durations.ts'
import type { FoundSession } from './identity.ts'
import { requireOwnPassword } from './own-password.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { stepOfCode, totpUri } from './totp.ts'
import { personalOf } from './visitor-caller.ts'

export interface GivenCode {
  code: string
  kind: 'totp' | 'backup-code'
}

const seedPlace = (personId: string) => ({ organizationId: 'totp-seed', keyId: personId, version: 1 })
const codesPlace = (personId: string) => ({ organizationId: 'backup-codes', keyId: personId, version: 1 })

/** Begins to set up an authenticator: it counts once a code of it was confirmed. @throws AppError `in_use`, `sign_in_refused`, `too_many_attempts`. */
export async function enroll(signIn: SignInServices, caller: Caller, { person }: FoundSession, password: string, visitor: Visitor) {
  const { services } = signIn
  await requireOwnPassword(signIn, person, password, visitor)
  return commit(services, caller, async (unit) => {
    if ((await secondFactorOf(unit.transaction, unit.build, person.id))?.confirmedAt)
      throw new AppError('in_use', 'An authenticator is set up already. Remove it before you set up another.')
    const seed = Buffer.from(services.random(20)).toString('base64url')
    const backupCodes = makeBackupCodes(services.random)
    unit.defer(
      putSecondFactorQuery(unit.build, {
        personId: person.id,
        seed: seal(services.masterKey, Buffer.from(seed), seedPlace(person.id), services.random),
        backupCodes: sealCodes(services, person.id, backupCodes),
        confirmedAt: null,
        lastStep: 0,
        createdAt: unit.now,
        updatedAt: unit.now,
      }),
    )
    return { otpauthUri: totpUri(seed, person.email), backupCodes }
  })
}

/** @throws AppError `sign_in_refused`, `in_use`, `second_factor_missing`, `too_many_attempts`. */
export async function confirm(signIn: SignInServices, caller: Caller, session: FoundSession, code: string, visitor: Visitor): Promise<void> {
  const { services, throttle } = signIn
  const { person } = session
  const attempt = throttle.begin('second-factor', person.id, visitor, services.clock.now())
  await commit(services, caller, async (unit) => {
    const factor = await secondFactorOf(unit.transaction, unit.build, person.id)
    if (factor === null) throw new AppError('second_factor_missing', 'Begin to set up an authenticator before you confirm it.')
    if (factor.confirmedAt !== null) throw new AppError('in_use', 'The authenticator is confirmed already.')
    const step = await stepOfCode(openSeed(services, factor), code, unit.now, factor.lastStep)
    if (step === null) throw wrongCode()
    unit.defer(putSecondFactorQuery(unit.build, { ...factor, confirmedAt: unit.now, lastStep: step, updatedAt: unit.now }))
    unit.defer(markSecondFactorQuery(unit.build, person.id, true, unit.now))
    unit.defer(proveSessionQuery(unit.build, session.id, unit.now))
    unit.audit({
      organizationId: null,
      action: 'person.second_factor_set',
      subject: { kind: 'person', id: person.id },
      detail: {},
      personal: personalOf(visitor),
    })
  })
  attempt.passed()
}

/** @throws AppError `sign_in_refused`, `second_factor_missing`, `too_many_attempts`. */
export async function renewBackupCodes(
  signIn: SignInServices,
  caller: Caller,
  { person }: FoundSession,
  password: string,
  visitor: Visitor,
): Promise<string[]> {
  const { services } = signIn
  await requireOwnPassword(signIn, person, password, visitor)
  return commit(services, caller, async (unit) => {
    const factor = await requireFactor(unit, person.id)
    const codes = makeBackupCodes(services.random)
    unit.defer(putSecondFactorQuery(unit.build, { ...factor, backupCodes: sealCodes(services, person.id, codes), updatedAt: unit.now }))
    unit.audit({
      organizationId: null,
      action: 'person.backup_codes_renewed',
      subject: { kind: 'person', id: person.id },
      detail: { codes: codes.length },
      personal: personalOf(visitor),
    })
    return codes
  })
}

/** Needs both: whoever sits down at an open page has neither. @throws AppError `sign_in_refused`, `second_factor_missing`, `too_many_attempts`. */
export async function removeSecondFactor(
  signIn: SignInServices,
  caller: Caller,
  { person }: FoundSession,
  given: { password: string; code: string },
  visitor: Visitor,
): Promise<void> {
  const { services, throttle } = signIn
  await requireOwnPassword(signIn, person, given.password, visitor)
  const attempt = throttle.begin('second-factor', person.id, visitor, services.clock.now())
  await commit(services, caller, async (unit) => {
    await spendCode(services, unit, person.id, { code: given.code, kind: /^\d{6}$/.test(given.code) ? 'totp' : 'backup-code' })
    unit.defer(deleteSecondFactorQuery(unit.build, person.id))
    unit.defer(markSecondFactorQuery(unit.build, person.id, false, unit.now))
    unit.defer(forgetProofsQuery(unit.build, person.id))
    unit.audit({
      organizationId: null,
      action: 'person.second_factor_removed',
      subject: { kind: 'person', id: person.id },
      detail: {},
      personal: personalOf(visitor),
    })
  })
  attempt.passed()
}

/** A fresh proof for what asks for one. @returns until when it counts. @throws AppError `sign_in_refused`, `second_factor_missing`, `too_many_attempts`. */
export async function stepUp(signIn: SignInServices, caller: Caller, session: FoundSession, given: GivenCode, visitor: Visitor): Promise<number> {
  const { services, throttle } = signIn
  const { person } = session
  const attempt = throttle.begin('second-factor', person.id, visitor, services.clock.now())
  const until = await commit(services, caller, async (unit) => {
    await spendCode(services, unit, person.id, given)
    unit.defer(proveSessionQuery(unit.build, session.id, unit.now))
    unit.audit({
      organizationId: null,
      action: 'person.stepped_up',
      subject: { kind: 'person', id: person.id },
      detail: { session: session.id, with: given.kind },
      personal: personalOf(visitor),
    })
    return unit.now + PROOF_MS
  })
  attempt.passed()
  return until
}

/** Uses a code up, within the caller's unit: it works once, whoever asks at the same time. @throws AppError `sign_in_refused`, `second_factor_missing`. */
export async function spendCode(services: Services, unit: Unit, personId: string, { code, kind }: GivenCode): Promise<void> {
  const factor = await requireFactor(unit, personId)
  if (kind === 'totp') {
    const lastStep = await stepOfCode(openSeed(services, factor), code, unit.now, factor.lastStep)
    if (lastStep === null) throw wrongCode()
    unit.defer(putSecondFactorQuery(unit.build, { ...factor, lastStep, updatedAt: unit.now }))
    return
  }
  const left = useBackupCode(openCodes(services, factor), code)
  if (left === null) throw wrongCode()
  unit.defer(putSecondFactorQuery(unit.build, { ...factor, backupCodes: sealCodes(services, personId, left), updatedAt: unit.now }))
}

/** Null: no second factor. */
export async function backupCodesLeft({ database, masterKey }: Services, personId: string): Promise<number | null> {
  const factor = await secondFactorOf(database.reader, database.build, personId)
  return factor?.confirmedAt ? openCodes({ masterKey }, factor).length : null
}

async function requireFactor(unit: Unit, personId: string): Promise<StoredSecondFactor> {
  const factor = await secondFactorOf(unit.transaction, unit.build, personId)
  if (!factor?.confirmedAt) throw new AppError('second_factor_missing', 'Set up an authenticator in your account before: then you can prove who you are.')
  return factor
}

function wrongCode(): AppError {
  return new AppError('sign_in_refused', 'This code is not right, was used before, or is too old. Wait for the next one, or use a backup code.')
}

function openSeed({ masterKey }: Pick<Services, 'masterKey'>, factor: StoredSecondFactor): string {
  return Buffer.from(open(masterKey, factor.seed, seedPlace(factor.personId))).toString()
}

function openCodes({ masterKey }: Pick<Services, 'masterKey'>, factor: StoredSecondFactor): string[] {
  return JSON.parse(Buffer.from(open(masterKey, factor.backupCodes, codesPlace(factor.personId))).toString()) as string[]
}

function sealCodes({ masterKey, random }: Services, personId: string, codes: readonly string[]): Uint8Array {
  return seal(masterKey, Buffer.from(JSON.stringify(codes)), codesPlace(personId), random)
}
