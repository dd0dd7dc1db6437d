/** Which of the named fields differ, each with what it was and what it is: what an audit event tells of a change. */
export function changesBetween<Thing>(before: Thing, after: Thing, fields: readonly (keyof Thing & string)[]): Record<string, { from: unknown; to: unknown }> {
  const changed = fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field]))
  return Object.fromEntries(changed.map((field) => [field, { from: before[field], to: after[field] }]))
}
