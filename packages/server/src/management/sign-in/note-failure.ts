import { commit } from '../unit.ts'
import type { SignInServices, Visitor } from './sign-in-services.ts'
import { personalOf, strangerCaller } from './visitor-caller.ts'

/** The first wrong attempt of its kind for a while. The address that was typed may be anybody's: it is kept as a fact about a person. */
export async function noteFailure(
  { services }: SignInServices,
  personId: string | null,
  email: string,
  visitor: Visitor,
  what: 'password' | 'second-factor',
): Promise<void> {
  await commit(services, strangerCaller(visitor.requestId), async (unit) =>
    unit.audit({
      organizationId: null,
      action: 'person.sign_in_refused',
      subject: personId === null ? { kind: 'installation', id: 'installation' } : { kind: 'person', id: personId },
      detail: { what, known: personId !== null },
      personal: personalOf(visitor, { email }),
    }),
  )
}
