import { redactSecrets } from '@keywright/core/secret/redact.ts'

/** Keywright's own prefixes: after these even a piece of a secret is known as one. */
const OWN_PREFIXES = ['kw_mgmt', 'kw_verify']

/** Values of these are opaque texts of the server that anybody may see. */
const OPAQUE = ['--cursor']

/**
 * A sentence when an argument looks like a secret, else null. Shells keep a history and `ps` shows arguments to everybody on
 * the machine, so secrets are taken from the environment, a file or standard input only.
 */
export function refuseSecretArgument(commandLine: readonly string[]): string | null {
  for (const [index, argument] of commandLine.entries()) {
    if (OPAQUE.includes(commandLine[index - 1] ?? '') || OPAQUE.some((option) => argument.startsWith(`${option}=`))) continue
    if (redactSecrets(argument, OWN_PREFIXES) === argument) continue
    return `Argument ${index + 1} looks like a secret. Shells keep a history and other users see the arguments of a program: pass a key in KEYWRIGHT_KEY or KEYWRIGHT_KEY_FILE, a secret to verify or identify in KEYWRIGHT_SECRET or on standard input. If it was a live secret, replace it.`
  }
  return null
}
