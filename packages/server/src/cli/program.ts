import { Command, CommanderError } from 'commander'
import { addHostCommands } from './host-commands.ts'
import { EXIT, UsageError, type Io, type Session } from './io.ts'
import { addAddressListCommands } from './remote/address-lists.ts'
import { addAuditCommands } from './remote/audit.ts'
import { addConfigCommands } from './remote/config.ts'
import { addManagementKeyCommands, addVerifierKeyCommands, addWhoamiCommand } from './remote/credentials.ts'
import { addKeyCommands } from './remote/keys.ts'
import { addInvitationCommands } from './remote/invitations.ts'
import { addMemberCommands, addOperatorCommands, addPeopleCommands } from './remote/members.ts'
import { addOutboxCommands } from './remote/outbox.ts'
import { addOrganizationCommands } from './remote/orgs.ts'
import { addSessionCommands, addSigningKeyCommands } from './remote/sessions.ts'
import { addVerifierCommands } from './remote/verifiers.ts'
import { addVerificationCommands } from './remote/verification.ts'
import { report } from './report.ts'
import { refuseSecretArgument } from './secret-argument.ts'
import { version } from '../kernel/version.ts'

const FOOTER = `
Remote commands read KEYWRIGHT_URL (default http://127.0.0.1:4400) and KEYWRIGHT_KEY_FILE or KEYWRIGHT_KEY, and take --json.
Exit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 no answer from the server.

Examples:
  keywright config apply presets/starter.yaml
  keywright keys issue acme --type ucd --address 203.0.113.0/24=office --expires-in 90d
  keywright keys replace acme key_01k2v5x7z9abcdefghjkmnpqrs --overlap 1h`

/** @param commandLine arguments after the program's name; @returns the exit code. */
export async function main(commandLine: readonly string[], io: Io): Promise<number> {
  // `keywright audit export | head`: whoever reads has seen enough.
  io.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? EXIT.ok : EXIT.failed))
  const json = commandLine.includes('--json')
  const refusal = refuseSecretArgument(commandLine)
  if (refusal !== null) return report(io, new UsageError(refusal), json)
  const session: Session = { io, exitCode: EXIT.ok }
  try {
    await createProgram(session).parseAsync([...commandLine], { from: 'user' })
  } catch (error) {
    return error instanceof CommanderError ? afterParsing(io, error, json) : report(io, error, json)
  }
  return session.exitCode
}

export function createProgram(session: Session): Command {
  const { io } = session
  const program = new Command('keywright')
    .description('Keywright issues, restricts, verifies, replaces and revokes the API keys of your customers.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .addHelpText('after', FOOTER)
    .exitOverride()
    // Usage errors are printed by afterParsing, which knows whether a program or a person reads.
    .configureOutput({ writeOut: (text) => void io.stdout.write(text), writeErr: (text) => void io.stderr.write(text), outputError: () => {} })

  program.commandsGroup('On the host, where the data is:')
  addHostCommands(session, program)
  program.commandsGroup('Remote, through the HTTP API:')
  addConfigCommands(session, program)
  addOrganizationCommands(session, program)
  addKeyCommands(session, program)
  addSessionCommands(session, program)
  addAddressListCommands(session, program)
  addMemberCommands(session, program)
  addInvitationCommands(session, program)
  addOperatorCommands(session, program)
  addPeopleCommands(session, program)
  addVerifierKeyCommands(session, program)
  addVerifierCommands(session, program)
  addManagementKeyCommands(session, program)
  addSigningKeyCommands(session, program)
  addVerificationCommands(session, program)
  addOutboxCommands(session, program)
  addAuditCommands(session, program)
  addWhoamiCommand(session, program)
  return program
}

/** Help and version come as errors too. A bare `keywright keys` has printed its help, but did nothing. */
function afterParsing(io: Io, error: CommanderError, json: boolean): number {
  if (error.exitCode === 0) return EXIT.ok
  if (error.code === 'commander.help') return EXIT.usage
  return report(io, new UsageError(`${error.message.replace(/^error: /, '').replaceAll('\n', ' ')}${/[.)]$/.test(error.message) ? '' : '.'} See --help.`), json)
}
