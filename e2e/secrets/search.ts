/** The secret and everything that leads back to it: parts too, for a tail of 30 characters leaves little to guess. */
export function forms(secret: string): string[] {
  const bytes = Buffer.from(secret)
  const tail = secret.slice(-30)
  // Base64 of a text that stands inside another depends on where it begins: of three beginnings the sure middle is looked for.
  const inside = [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(tail)])
      .toString('base64')
      .slice(4, -4),
  )
  return [
    tail,
    secret.slice(0, -8),
    tail.toLowerCase(),
    tail.split('').toReversed().join(''),
    bytes.toString('hex'),
    Buffer.from(tail).toString('hex').toUpperCase(),
    ...inside,
    [...tail].map((character) => `%${character.charCodeAt(0).toString(16)}`).join(''),
    tail.split('').join('\u0000'),
  ]
}

/** RFC 4180, one record without line breaks in cells. */
export function cellsOf(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'),
  )
}
