import { AppError } from '@keywright/core/problem-code.ts'
import { removeVerifierQuery } from '../../store/verifiers.ts'
import type { Caller, Services } from '../services.ts'
import { commit } from '../unit.ts'

/** What is asked of the list of verifiers elsewhere. */
export interface VerifierList {
  get(id: string): { name: string; host: string; pid: number } | undefined
  isConnected(id: string): boolean
  /** After the commit. */
  dropped(id: string): void
}

/** An operator says that a process runs no more. A connected one cannot be wished away. @throws AppError `not_found`, `in_use`. */
export async function forgetVerifier(services: Services, caller: Caller, list: VerifierList, id: string): Promise<void> {
  const known = list.get(id)
  if (known === undefined) throw new AppError('not_found', 'There is no such verifier.')
  if (list.isConnected(id)) throw new AppError('in_use', 'This verifier is connected. Stop its process first, or remove its verifier key.')
  await commit(services, caller, async (unit) => {
    unit.defer(removeVerifierQuery(unit.build, { id }))
    unit.audit({
      organizationId: null,
      action: 'verifier.forgotten',
      subject: { kind: 'verifier', id },
      detail: { name: known.name, host: known.host, pid: known.pid },
    })
  })
  list.dropped(id)
}
