import type { Command } from 'commander'
import type { CallOptions } from '@keywright/sdk/client/connection.ts'
import type { RemoteContext } from './command.ts'

export interface RepeatOptions {
  idempotencyKey?: string
}

/** For what creates something: so that a script may try again. */
export function repeatOption(command: Command): Command {
  return command.option('--idempotency-key <text>', 'a new random text for each thing to be made: done once, however often it is tried')
}

export interface ConfirmOptions {
  confirm?: boolean
}

export function confirmOption(command: Command): Command {
  return command.option('--confirm', 'say who refuses by now')
}

export function callOptions({ idempotencyKey, confirm }: RepeatOptions & ConfirmOptions): CallOptions {
  return { ...(idempotencyKey === undefined ? {} : { idempotencyKey }), ...(confirm === undefined ? {} : { confirm }) }
}

/** Tells people what a confirmed change says; programs find it in the JSON. */
export function noteConfirmation(context: RemoteContext, answer: { propagation?: { summary: string } } | undefined): void {
  if (context.json || answer?.propagation === undefined) return
  context.note(`Confirmed: ${answer.propagation.summary}.`)
}
