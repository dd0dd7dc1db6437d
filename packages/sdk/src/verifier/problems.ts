import { UpgradeRefused } from './web-socket.ts'

const SENTENCES: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'there is no way to it',
  EHOSTUNREACH: 'there is no way to it',
  EPROTO: 'it does not speak TLS there; is the URL to begin with http:?',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself; give the authority as `ca`',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is of an authority that is not known here; give it as `ca`',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is of an authority that is not known here; give it as `ca`',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/** Why there is no connection, in a sentence. */
export function problemOf(url: URL, error: unknown): string {
  if (error instanceof UpgradeRefused) return `${url.origin}: ${error.message}`
  const { code, message } = error as NodeJS.ErrnoException
  const known = code === undefined ? undefined : SENTENCES[code]
  return `${url.origin} cannot be reached: ${known === undefined ? message : `${known} (${code})`}`
}
