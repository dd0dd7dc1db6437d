import type { KeyType } from '@keywright/core/configuration/key-type.ts'

const USUAL = [0, 3600, 86_400, 7 * 86_400, 30 * 86_400]

/** How long an old secret may go on, in seconds, shortest first: the usual lengths that the type allows, its default and its longest. */
export function overlapChoices({ replace }: Pick<KeyType, 'replace'>): number[] {
  const { overlapDefault, overlapMax } = replace
  const lengths = [...USUAL.filter((each) => each <= overlapMax), overlapMax, ...(overlapDefault <= overlapMax ? [overlapDefault] : [])]
  return [...new Set(lengths)].toSorted((one, other) => one - other)
}
