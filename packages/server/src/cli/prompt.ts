import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { Interrupted, UsageError, type Io } from './io.ts'

/** A configuration file may have 1 MB; nothing else that is read here comes near. */
const LONGEST_INPUT_BYTES = 4_194_304

/** Asks on stderr, so that stdout stays what the command prints. Anything but y or yes is no. */
export async function confirm(io: Io, question: string): Promise<boolean> {
  const answer = await ask(io, io.stderr, `${question} [y/N] `)
  return /^y(es)?$/i.test(answer.trim())
}

/** The question comes after the terminal's own echo is off, or something typed at once would be seen. */
function ask(io: Io, output: NodeJS.WritableStream, question: string, silentQuestion = ''): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const lines = createInterface({ input: io.stdin, output, terminal: true })
  lines.on('SIGINT', () => lines.close())
  lines.once('close', () => {
    io.stderr.write('\n')
    reject(new Interrupted('Interrupted.'))
  })
  io.stderr.write(silentQuestion)
  lines.question(question, (answer) => {
    lines.removeAllListeners('close')
    lines.close()
    resolve(answer)
  })
  return promise
}

/** One secret from standard input: piped in, or typed or pasted at a prompt that shows nothing. */
export async function readSecret(io: Io, label: string): Promise<string> {
  let text: string
  if (io.stdin.isTTY) {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    text = await ask(io, nowhere, '', `${label} (not shown): `)
    io.stderr.write('\n')
  } else {
    text = await readAll(io.stdin)
  }
  return oneLine(text, `${label} from standard input`)
}

/** The text without its line ending; refused when it is empty or more than one line. */
export function oneLine(text: string, label: string): string {
  const line = text.replace(/\r?\n$/, '').trim()
  if (line === '') throw new UsageError(`${label} is empty.`)
  if (/[\r\n]/.test(line)) throw new UsageError(`${label} must be a single line.`)
  return line
}

/** All of standard input as UTF-8. */
export async function readAll(stream: NodeJS.ReadStream): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    const buffer = Buffer.from(chunk as Uint8Array)
    bytes += buffer.length
    if (bytes > LONGEST_INPUT_BYTES) throw new UsageError('Standard input is longer than anything this command could take.')
    chunks.push(buffer)
  }
  return Buffer.concat(chunks).toString('utf8')
}
