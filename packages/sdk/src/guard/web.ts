import type { VerifyInput } from '../verifier/request.ts'
import type { Verifier } from '../verifier/verifier.ts'
import { fromWeb, guard, type Guarded, type GuardOptions } from './guard.ts'

/** For what speaks Request and Response of the Web (Fetch standard). */
export interface WebGuardOptions extends GuardOptions {
  /** The key or a companion stands in a JSON body; it is read from a copy. */
  readsBody?: boolean
  /** The client's address, from what your platform vouches for; never from a field that clients write. Left out: none is known, and keys with address rules are refused. */
  clientAddress?: (request: Request) => string | null
}

/** @param known what the framework knows better than the Web's request: each field as it came, the connection's address. */
export async function guardWeb(verifier: Verifier, request: Request, options: WebGuardOptions, known: VerifyInput | null = null): Promise<Guarded> {
  const body = options.readsBody === true ? await request.clone().text() : undefined
  const asked = known ?? fromWeb(request, { ip: options.clientAddress?.(request) ?? null, body })
  return guard(verifier, known?.request !== undefined && body !== undefined ? { ...known, request: { ...known.request, body } } : asked, options)
}
