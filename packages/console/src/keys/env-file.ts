export interface EnvFacts {
  /** Slug of the key type. */
  type: string
  secret: string
  /** Label of the type, e.g. `UCD`. */
  label: string
  name: string
  organization: string
  environment: string
  /** Milliseconds; null: never. */
  expiresAt: number | null
}

/** The variable a key of this type is kept in: `insider-2024-ucd` -> `INSIDER_2024_UCD_KEY`. */
export function variableName(type: string): string {
  const name = type.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')
  return `${/^[0-9]/.test(name) ? 'KEY_' : ''}${name}${/(?:^|_)(?:KEY|TOKEN)$/.test(name) ? '' : '_KEY'}`
}

/** Text of a `.env` file with the secret and, as comments, what it is. Secrets are letters, digits and `_`: nothing needs quoting. */
export function envFile({ type, secret, label, name, organization, environment, expiresAt }: EnvFacts): string {
  const about = [label, name === '' ? null : JSON.stringify(name), `of ${organization}, environment ${environment}`].filter((part) => part !== null).join(' ')
  return [
    `# ${about}`,
    `# ${expiresAt === null ? 'Does not expire.' : `Expires ${new Date(expiresAt).toISOString()}.`} Keep this file out of version control.`,
    `${variableName(type)}=${secret}`,
    '',
  ].join('\n')
}
