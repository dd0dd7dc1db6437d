/**
 * Header fields: names in lower case, an array where the field stood more than once. Node's `headersDistinct` is so already;
 * whatever may have another case goes through `foldHeaders` first.
 */
export type HeaderFields = Readonly<Record<string, string | readonly string[] | undefined>>

/** A field by its name in lower case; what an object inherits (`constructor`) is no field. */
export function headerField(headers: HeaderFields, name: string): string | readonly string[] | undefined {
  return Object.hasOwn(headers, name) ? headers[name] : undefined
}

/** The request of an end client, as the API that received it saw it. */
export interface ClientRequest {
  method: string
  /** The request target: path with query, still percent-encoded. */
  path: string
  headers: HeaderFields
  /** Host the client addressed; without it, the Host field counts. */
  host?: string
  /** A JSON body: the raw text (then a repeated field is seen), or the object parsed from it. */
  body?: unknown
}

/** What a verifier asks. Everything but `secret` or `request` narrows; nothing widens what the API's registration says. */
export interface VerificationRequest {
  /** The secret itself, when the API has taken it from its carrier already; else `request`. */
  secret?: string
  request?: ClientRequest
  /** Client address, IPv4 or IPv6 text; null when none is known. */
  address: string | null
  requiredScopes?: readonly string[]
  /** Slugs of types. */
  types?: readonly string[]
  /** Id, slug or alias. */
  organization?: string
  environment?: string
  /** Calls this one counts as, default 1. */
  cost?: number
}
