/** What a command talks to. `process` is one. */
export interface Io {
  readonly stdin: NodeJS.ReadStream
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly env: NodeJS.ProcessEnv
}

/** 0: done; 1: refused or failed; 2: wrong usage; 3: no answer from the server; 130: Ctrl-C at a question (128 + SIGINT). */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3, interrupted: 130 } as const

/** One run of the program; commands leave their exit code here. */
export interface Session {
  readonly io: Io
  exitCode: number
}

/** The command line, the environment or a file named there cannot be what was meant: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Ctrl-C at a question. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** True when somebody sits there: can read a question and answer it. */
export function isInteractive(io: Io): boolean {
  return io.stdin.isTTY === true && io.stderr.isTTY === true
}

/** Somebody said no at a question. */
export class Declined extends Error {
  override readonly name = 'Declined'
}

/** For people's eyes: names and user agents come from others and may carry control characters, which a terminal would obey. */
export function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, '\ufffd')
}
