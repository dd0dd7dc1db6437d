import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireDebianPackage } from '../debian-package.ts'

/** One system call. */
export interface SystemCall {
  name: string
  /** Arguments as strace prints them. */
  text: string
  /** Seconds since 1970: entered and returned; Infinity where it had not returned when the watch ended. */
  startedAt: number
  endedAt: number
}

/** @throws with the reason when there is no strace and none can be installed. */
export async function requireStrace(): Promise<void> {
  await requireDebianPackage({ name: 'strace', purpose: 'strace', isThere: () => spawnSync('strace', ['-V']).status === 0 })
}

/**
 * Watches every thread of a process while `during` runs. @returns the calls in the order in which they were entered.
 * @throws with the reason when this machine does not let processes be watched.
 */
export async function systemCallsOf(pid: number, names: readonly string[], during: () => Promise<void>): Promise<SystemCall[]> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-strace-'))
  try {
    const file = join(folder, 'calls')
    const child = spawn('strace', ['-f', '-ttt', '-T', '-y', '-s', '300', '-e', `trace=${names.join(',')}`, '-o', file, '-p', String(pid)], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let said = ''
    const ended = new Promise<void>((done) => child.once('close', () => done()))
    await new Promise<void>((attached, failed) => {
      child.once('error', failed)
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString()
        if (/Process \d+ attached/.test(said)) attached()
      })
      void ended.then(() =>
        failed(
          new Error(`NOT RUN: this machine does not let a process be watched with ptrace (in a container: --cap-add=SYS_PTRACE). strace said: ${said.trim()}`),
        ),
      )
    })
    // The other threads are attached one by one.
    await new Promise((done) => setTimeout(done, 200))
    await during()
    // An answer may be read here before strace has noted that its write returned.
    await new Promise((done) => setTimeout(done, 200))
    child.kill('SIGINT')
    await ended
    return parse(readFileSync(file, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** `PID TIME name(arguments) = result <SECONDS>`, in two lines where another thread came between, in half a line where the watch ended first. */
function parse(text: string): SystemCall[] {
  const calls: SystemCall[] = []
  const unfinished = new Map<string, { name: string; text: string; startedAt: number }>()
  for (const line of text.split('\n')) {
    const [, pid = '', time = '', rest = ''] = /^(\d+) +(\d+\.\d+) (.*)$/.exec(line) ?? []
    const cut = /^(\w+)\((.*) <(?:unfinished|detached) \.\.\.>$/.exec(rest)
    if (cut) {
      unfinished.set(pid, { name: cut[1] as string, text: cut[2] as string, startedAt: Number(time) })
      continue
    }
    const resumed = /^<\.\.\. (\w+) resumed>(.*) = (\S+).*<(\d+\.\d+)>$/.exec(rest)
    const whole = /^(\w+)\((.*) = (\S+).*<(\d+\.\d+)>$/.exec(rest)
    const begun = resumed === null ? undefined : unfinished.get(pid)
    if (begun) {
      unfinished.delete(pid)
      calls.push({ ...begun, text: begun.text + (resumed?.[2] ?? ''), endedAt: Number(time) })
    } else if (whole) calls.push({ name: whole[1] as string, text: whole[2] as string, startedAt: Number(time), endedAt: Number(time) + Number(whole[4]) })
  }
  for (const begun of unfinished.values()) calls.push({ ...begun, endedAt: Infinity })
  return calls.sort((a, b) => a.startedAt - b.startedAt)
}
