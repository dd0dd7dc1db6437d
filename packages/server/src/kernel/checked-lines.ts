import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { syncFolder } from './sync-folder.ts'

/** What reading a file of checked lines gave. */
export interface CheckedLines {
  lines: Record<string, unknown>[]
  /** Bytes up to the end of the last good line. */
  goodBytes: number
  /** The last line was not written to its end: a process died while it wrote, before it had promised anything. */
  torn: boolean
  /** Lines before the last that do not have their checksum: the file was changed or damaged. */
  damaged: number
}

const NOTHING: CheckedLines = { lines: [], goodBytes: 0, torn: false, damaged: 0 }

/** One JSON object on a line of its own, its CRC-32 as the last member. */
export function printLine(line: Record<string, unknown>): string {
  return `${JSON.stringify({ ...line, sum: sumOf(line) })}\n`
}

/** A file of checked lines; an absent one is empty. */
export async function readCheckedLines(file: string): Promise<CheckedLines> {
  let text: Buffer
  try {
    text = await readFile(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return NOTHING
    throw error
  }
  const lines: Record<string, unknown>[] = []
  let [goodBytes, damaged, bad] = [0, 0, 0]
  for (let start = 0; start < text.length;) {
    const end = text.indexOf(10, start)
    const line = end === -1 ? null : parseLine(text.toString('utf8', start, end))
    if (line === null) bad++
    else {
      // What follows a bad line shows that it was not the last.
      damaged += bad
      bad = 0
      lines.push(line)
      goodBytes = end + 1
    }
    start = end === -1 ? text.length : end + 1
  }
  return { lines, goodBytes, torn: bad > 0, damaged }
}

/** Appends checked lines; every append is on the disk when it settles. */
export class LineWriter {
  #handle: FileHandle
  #length: number

  private constructor(handle: FileHandle, length: number) {
    this.#handle = handle
    this.#length = length
  }

  /** @param length where to go on: what follows is cut off. */
  static async open(file: string, length: number): Promise<LineWriter> {
    const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600)
    await handle.truncate(length)
    await handle.sync()
    syncFolder(dirname(file))
    return new LineWriter(handle, length)
  }

  /** Puts these lines in the place of the whole file, at once. */
  static async replace(file: string, lines: readonly Record<string, unknown>[]): Promise<LineWriter> {
    const temporary = `${file}.new`
    const handle = await open(temporary, 'w', 0o600)
    const bytes = Buffer.from(lines.map(printLine).join(''))
    await handle.writeFile(bytes)
    await handle.sync()
    await rename(temporary, file)
    syncFolder(dirname(file))
    return new LineWriter(handle, bytes.length)
  }

  get length(): number {
    return this.#length
  }

  async append(lines: readonly Record<string, unknown>[]): Promise<void> {
    const bytes = Buffer.from(lines.map(printLine).join(''))
    // At a place, not at the end: a try that failed half-way is written over by the next.
    for (let done = 0; done < bytes.length;) {
      done += (await this.#handle.write(bytes, done, bytes.length - done, this.#length + done)).bytesWritten
    }
    await this.#handle.datasync()
    this.#length += bytes.length
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

function parseLine(text: string): Record<string, unknown> | null {
  try {
    const { sum, ...line } = JSON.parse(text) as Record<string, unknown>
    return sum === sumOf(line) ? line : null
  } catch {
    return null
  }
}

function sumOf(line: Record<string, unknown>): string {
  return crc32(JSON.stringify(line)).toString(16).padStart(8, '0')
}
