import type { Migration } from '../migrate.ts'
import { initial } from './0001-initial.ts'
import { sessionTokens } from './0002-session-tokens.ts'
import { operations } from './0003-operations.ts'
import { notices } from './0004-notices.ts'
import { signIn } from './0005-sign-in.ts'
import { members } from './0006-members.ts'
import { secondFactorTaken } from './0008-second-factor-taken.ts'
import { verifiers } from './0007-verifiers.ts'

/** In the order in which they are applied. A migration that was released is never changed. */
export const MIGRATIONS: readonly Migration[] = [initial, sessionTokens, operations, notices, signIn, members, verifiers, secondFactorTaken]
