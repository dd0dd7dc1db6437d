import { UpgradeRefused } from './web-socket.ts'

const MOST_TEXT = 500

const SENTENCES: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'there is no way to it',
  ENETUNREACH: 'there is no way to it',
  EHOSTUNREACH: 'there is no way to it',
  EPROTO: 'it does not speak TLS there; is the URL to begin with http:?',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; give the authority as `ca`',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that is not known here; give it as `ca`',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that is not known here; give it as `ca`',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** Why there is no connection, in a sentence. @param url of the stream. */
export function problemOf(url: URL, error: unknown): string {
  const address = addressIn(url)
  if (error instanceof UpgradeRefused) return `${address}: ${error.message}`
  const { code, message } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : sentenceFor(code, url)
  return `${address} cannot be reached: ${known === undefined ? message : `${known} (${code})`}`
}

/** The server's address as it was given. */
export function addressIn(url: URL): string {
  return url.href.replace(/\/v1\/replica$/, '')
}

function sentenceFor(code: string, url: URL): string | undefined {
  // What waits for a greeting of TLS cuts, or says so in words that are no HTTP.
  if (url.protocol === 'http:' && code === 'ECONNRESET') return `${SENTENCES[code]}; is the URL to begin with https:?`
  if (code.startsWith('HPE_')) return 'what answers there does not speak HTTP'
  return SENTENCES[code]
}

const FILE_SENTENCES: Record<string, string> = {
  ENOSPC: 'there is no room on the disk',
  EDQUOT: 'there is no room on the disk for this user',
  EACCES: 'this process may not do that there',
  EPERM: 'this process may not do that there',
  EROFS: 'nothing can be written there',
  ENOENT: 'its folder does not exist',
  ENOTDIR: 'what should be its folder is a file',
  EISDIR: 'it is a folder; name a file',
  ELOOP: 'it is a link; name the file itself',
  ENAMETOOLONG: 'its name is too long',
}

/** What a server or what stands between said, as it may stand in a log: one line, not long, and without the key, which it may have repeated. */
export function plainText(text: string, key: string): string {
  const line = text.replaceAll(key, '[redacted]').replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, ' ')
  return line.length > MOST_TEXT ? `${line.slice(0, MOST_TEXT)}...` : line
}

/** Why a file cannot be read or written, in the middle of a sentence. */
export function fileProblemOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  if (code === undefined) return message
  return `${FILE_SENTENCES[code] ?? message} (${code})`
}
