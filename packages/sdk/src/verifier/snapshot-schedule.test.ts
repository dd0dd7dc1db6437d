import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { api } from '@keywright/core/configuration/api.ts'
import type { Change } from '@keywright/core/replica/change.ts'
import type { Replica } from '@keywright/core/replica/replica.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { emptyReplica } from './replica-keeper.ts'
import type { SnapshotFacts } from './snapshot-file.ts'
import { SnapshotSchedule } from './snapshot-schedule.ts'

const OWNER = { url: 'https://keys.example.com/v1/replica', api: 'orders' }
const VERIFIER_KEY = `kw_verify_${'k'.repeat(40)}`

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keywright-snapshot-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const described = (description: string): Change => ({ kind: 'api', api: { ...api.parse({ slug: 'orders', accepts: ['none'] }), environment: description } })

/** A schedule over a replica that a test changes. */
class Stage {
  readonly replica: Replica = emptyReplica(0)
  readonly problems: string[] = []
  readonly schedule: SnapshotSchedule
  settled = 0
  /** Called whenever the writer asks what holds. */
  onFacts = () => {}
  freshFrom = 1
  instances: string[] = []
  is: 'usable' | 'refused' = 'usable'
  steady = 0

  constructor(path: string) {
    this.replica.applyChange(described('first'))
    this.replica.startAt({ number: 1, mark: '0000000000000001' })
    this.schedule = new SnapshotSchedule({
      path,
      verifierKey: VERIFIER_KEY,
      owner: OWNER,
      steady: () => this.steady,
      heirMs: () => 300_000,
      current: () => {
        this.onFacts()
        if (this.is === 'refused') return null
        return { replica: this.replica, facts: this.facts(), now: 1 }
      },
      problem: (message) => this.problems.push(message),
      settled: () => this.settled++,
    })
  }

  facts(): SnapshotFacts {
    const { cursor, keys } = this.replica
    return { ...OWNER, installation: 'ins_1', cursor, freshFrom: this.freshFrom, boundMs: 300_000, instances: this.instances, keys: keys.size, now: 1 }
  }

  /** As the verifier does it with each list of changes. */
  change(description: string): void {
    const change = described(description)
    const from = this.replica.cursor.number
    this.replica.applyChange(change)
    this.replica.startAt({ number: from + 1, mark: '00000000000000ff' })
    this.schedule.applied({ from, to: this.replica.cursor, changes: [change] })
  }

  /** Time passes, and nothing else. */
  write(): Promise<void> {
    this.freshFrom++
    return this.schedule.write()
  }
}

/** What another process goes on from. */
async function loaded(path: string): Promise<string | null> {
  const stage = new Stage(path)
  const snapshot = await stage.schedule.load()
  return snapshot === null ? null : (snapshot.replica.api('orders')?.definition.environment ?? null)
}

/** What another process would go on from, if it took it. */
async function held(path: string): Promise<string | null> {
  copyFileSync(path, `${path}.copy`)
  return loaded(`${path}.copy`)
}

const settle = () => new Promise((done) => setImmediate(done))

async function removed(stage: Stage): Promise<void> {
  while (stage.schedule.isOutdated) await settle()
}

async function heirFound(stage: Stage): Promise<void> {
  while (stage.schedule.problem === null) await settle()
}

test('what was written is what another process goes on from, once', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  await stage.write()
  expect(stage.schedule.isKept).toBe(true)
  expect(await loaded(path)).toBe('first')
  expect(await loaded(path)).toBe(null)
  expect(readdirSync(folder)).toEqual([])
})

test('a folder that is not there, and one that is a file, are said in words; the next file that can be written ends the problem', async () => {
  const parent = join(folder, 'state')
  const path = join(parent, 'replica')
  const stage = new Stage(path)
  await stage.write()
  const none = `The snapshot file ${path} cannot be written: its folder does not exist (ENOENT). There is none now, so a restart while the server is away would wait for it.`
  expect([stage.problems, stage.schedule.problem]).toEqual([[none], none])
  await stage.write()
  expect(stage.problems, 'the same is said once').toEqual([none])
  writeFileSync(parent, 'a file')
  await stage.write()
  expect(stage.problems.at(-1)).toBe(
    `The snapshot file ${path} cannot be written: what should be its folder is a file (ENOTDIR). There is none now, so a restart while the server is away would wait for it.`,
  )
  expect(stage.schedule.isKept).toBe(false)
  rmSync(parent)
  mkdirSync(parent)
  await stage.write()
  expect([stage.schedule.problem, stage.schedule.isKept, await loaded(path)]).toEqual([null, true, 'first'])
})

test('where a file could be written before, it stays, and is said to stay', async () => {
  const parent = join(folder, 'state')
  mkdirSync(parent)
  const path = join(parent, 'replica')
  const stage = new Stage(path)
  await stage.write()
  renameSync(parent, `${parent}.away`)
  await stage.write()
  expect(stage.problems).toEqual([`The snapshot file ${path} cannot be written: its folder does not exist (ENOENT). The one from before stays.`])
  renameSync(`${parent}.away`, parent)
  expect(await loaded(path)).toBe('first')
})

test('a folder, somebody else’s file and a link are neither taken away nor written over, nor removed', async () => {
  const cases: [string, string, (path: string) => unknown][] = [
    ['folder', 'it is a folder; name a file', (path) => (mkdirSync(path), writeFileSync(join(path, 'precious'), 'data'))],
    ['file', 'it is something else than a snapshot file, and is left as it is; name another file, or remove it', (path) => writeFileSync(path, 'precious')],
    ['link', 'it is no plain file', (path) => symlinkSync('/nowhere', path)],
  ]
  for (const [name, reason, make] of cases) {
    const path = join(folder, name)
    make(path)
    const stage = new Stage(path)
    expect(await stage.schedule.load()).toBe(null)
    await stage.write()
    await stage.schedule.remove()
    expect(stage.problems).toEqual([
      `The snapshot file ${path} is not used: ${reason}.`,
      `The snapshot file ${path} cannot be written: ${reason}. There is none now, so a restart while the server is away would wait for it.`,
    ])
  }
  expect(readdirSync(folder)).toEqual(['file', 'folder', 'link'])
  expect([readFileSync(join(folder, 'folder/precious'), 'utf8'), readFileSync(join(folder, 'file'), 'utf8')]).toEqual(['data', 'precious'])
})

test('trap: a file from before a revocation is gone before anybody is told that the revocation is here', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  await stage.write()
  stage.change('second')
  expect(stage.schedule.isOutdated, 'nothing may be acknowledged yet').toBe(true)
  await removed(stage)
  expect([existsSync(path), stage.schedule.isKept, stage.settled]).toEqual([false, false, 2])
  // There is nothing that a further change makes outdated.
  stage.change('third')
  expect(stage.schedule.isOutdated).toBe(false)
  await stage.write()
  expect(await loaded(path)).toBe('third')
})

test('what changes while a file is written is in it', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  let asked = 0
  stage.onFacts = () => {
    // Asked by the schedule, by the writer as it begins, and by the writer as it ends.
    if (++asked === 2) queueMicrotask(() => stage.change('meanwhile'))
  }
  await stage.write()
  expect(stage.schedule.isOutdated).toBe(false)
  expect(await loaded(path)).toBe('meanwhile')
})

test('trap: a file that was all but written when a change came does not take its place', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  let asked = 0
  stage.onFacts = () => {
    if (++asked === 3) queueMicrotask(() => stage.change('too late for it'))
  }
  await stage.write()
  expect([stage.schedule.isKept, stage.schedule.isOutdated, readdirSync(folder)]).toEqual([false, false, []])
  stage.onFacts = () => {}
  await stage.write()
  expect(await loaded(path)).toBe('too late for it')
})

test('changes at every moment of writing: a file that is there is as new as what was applied, or nothing is acknowledged', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  let number = 0
  for (let round = 0; round < 60; round++) {
    const writing = stage.write()
    for (let wait = 0; wait < round % 12; wait++) await settle()
    stage.change(`change ${++number}`)
    await writing
    await removed(stage)
    const there = existsSync(path) ? await held(path) : null
    if (there !== null) expect(there).toBe(`change ${number}`)
  }
  await stage.write()
  expect(await loaded(path)).toBe(`change ${number}`)
})

test('trap: while somebody who took the file of a process that is there yet may decide by it, nothing is acknowledged', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  await stage.write()
  expect(await loaded(path), 'as a process does that is started before the old one has ended').toBe('first')
  stage.change('second')
  await heirFound(stage)
  expect([stage.schedule.isOutdated, stage.schedule.isKept]).toEqual([true, true])
  expect(stage.problems).toEqual([expect.stringContaining('was taken or removed while this process still uses it')])
  await stage.write()
  const { settled: before } = stage
  stage.change('third')
  // Its own file is gone again; the other's bound is not over.
  while (stage.settled === before) await settle()
  stage.steady = 299_999
  stage.schedule.onTick(300_000)
  expect(stage.schedule.isOutdated).toBe(true)
  const { settled } = stage
  stage.steady = 300_000
  stage.schedule.onTick(300_000)
  expect([stage.schedule.isOutdated, stage.settled > settled, stage.schedule.problem]).toEqual([false, true, null])
})

test('a file that was taken is noticed also when the next one is written in its place, and what the other has left there stays', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  await stage.write()
  const other = new Stage(path)
  await other.schedule.load()
  await other.write()
  const left = readFileSync(path)
  stage.change('second')
  await heirFound(stage)
  expect([stage.schedule.isOutdated, readFileSync(path).equals(left)]).toEqual([true, true])
  const second = new Stage(path)
  await second.write()
  rmSync(path)
  await second.write()
  expect(second.schedule.isOutdated).toBe(true)
})

test('when the server refuses the verifier, its file goes, and one that is being written does not come', async () => {
  const path = join(folder, 'replica')
  const stage = new Stage(path)
  await stage.write()
  const writing = stage.write()
  stage.is = 'refused'
  await stage.schedule.remove()
  await writing
  expect([stage.schedule.isKept, readdirSync(folder), stage.problems]).toEqual([false, [], []])
})

test('a file that says less than is needed is refused, also when the right key has signed it', async () => {
  const path = join(folder, 'replica')
  for (const name of ['installation', 'cursor', 'freshFrom', 'boundMs', 'instances', 'now'] as const) {
    const stage = new Stage(path)
    const whole = stage.facts.bind(stage)
    // The schedule itself reads the number of the one and the length of the other.
    stage.facts = () => ({ ...whole(), [name]: name === 'cursor' ? { number: 1 } : name === 'instances' ? [7] : undefined }) as unknown as SnapshotFacts
    const reader = new Stage(path)
    await stage.write()
    await reader.schedule.load()
    expect(reader.problems).toEqual([`The snapshot file ${path} is not used: it is damaged.`])
  }
})

test('what a process that was killed left half read or half written goes after an hour, and nothing else', async () => {
  const path = join(folder, 'replica')
  for (const name of ['replica.17.0123abcd', 'replica.18.0123abcd', 'replica.refused', 'replica.17.notes', 'other.17.0123abcd']) {
    writeFileSync(join(folder, name), '')
    if (name !== 'replica.18.0123abcd') utimesSync(join(folder, name), 1, 1)
  }
  expect(await loaded(path)).toBe(null)
  expect(readdirSync(folder)).toEqual(['other.17.0123abcd', 'replica.17.notes', 'replica.18.0123abcd', 'replica.refused'])
})
