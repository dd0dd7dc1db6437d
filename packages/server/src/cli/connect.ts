import { readFileSync } from 'node:fs'
import { createClient, type Client } from '@keywright/sdk/client/client.ts'
import { UsageError, type Io } from './io.ts'
import { oneLine, readSecret } from './prompt.ts'

export const DEFAULT_URL = 'http://127.0.0.1:4400'

export interface ConnectOptions {
  keyStdin?: boolean
  allowHttp?: boolean
}

/** The client of a remote command. Keys come from the environment, a file or standard input, never from arguments. */
export async function connect(io: Io, options: ConnectOptions): Promise<Client> {
  const url = io.env['KEYWRIGHT_URL'] ?? ''
  return createClient({
    url: url === '' ? DEFAULT_URL : url,
    key: await findKey(io, options.keyStdin ?? false),
    allowHttp: options.allowHttp ?? false,
    userAgent: 'keywright-cli',
  })
}

async function findKey(io: Io, fromStdin: boolean): Promise<string> {
  if (fromStdin) return readSecret(io, 'The key')
  const key = io.env['KEYWRIGHT_KEY'] ?? ''
  const file = io.env['KEYWRIGHT_KEY_FILE'] ?? ''
  if (key !== '' && file !== '') throw new UsageError('KEYWRIGHT_KEY and KEYWRIGHT_KEY_FILE are both set: say which one by unsetting the other.')
  if (key !== '') return oneLine(key, 'KEYWRIGHT_KEY')
  if (file !== '') return oneLine(readKeyFile(file), 'The file KEYWRIGHT_KEY_FILE names')
  throw new UsageError(
    'No key. Set KEYWRIGHT_KEY_FILE to a file that holds it, or KEYWRIGHT_KEY, or pipe it in with --key-stdin. The first management key comes from "keywright bootstrap".',
  )
}

function readKeyFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new UsageError(`The file KEYWRIGHT_KEY_FILE names cannot be read: ${reason(error)}.`)
  }
}

/** `ENOENT` and its kin in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException | null)?.code
  if (code === 'ENOENT') return 'it does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not'
  if (code === 'EISDIR') return 'it is a folder'
  if (code === 'EEXIST') return 'it exists already'
  return code ?? 'no reason given'
}

/** The secret that verify and identify are about: KEYWRIGHT_SECRET, or standard input. */
export async function presentedSecret(io: Io, options: ConnectOptions): Promise<string> {
  const secret = io.env['KEYWRIGHT_SECRET'] ?? ''
  if (secret !== '') return oneLine(secret, 'KEYWRIGHT_SECRET')
  if (options.keyStdin)
    throw new UsageError('With --key-stdin, standard input holds the key of this program; the secret in question then comes from KEYWRIGHT_SECRET.')
  return readSecret(io, 'The secret')
}
