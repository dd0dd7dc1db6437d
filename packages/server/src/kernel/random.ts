import { randomBytes } from 'node:crypto'

/** Where randomness comes from: the system's generator, except in tests. */
export type RandomBytes = (count: number) => Uint8Array

export const systemRandom: RandomBytes = (count) => randomBytes(count)

/** 16 hex digits: a mark of the change log. */
export function randomMark(random: RandomBytes): string {
  return Buffer.from(random(8)).toString('hex')
}
