import { configFrom, type Config } from './config.ts'
import { readEnvironment, refuseProblems } from './env.ts'
import { type Secrets, secretsFrom } from './secrets.ts'

/**
 * Everything the server and the host commands take from the environment.
 * @throws AppError `invalid_configuration` that tells all problems at once.
 */
export function loadConfig(variables: Readonly<Record<string, string | undefined>>): { config: Config; secrets: Secrets } {
  const environment = readEnvironment(variables)
  const config = configFrom(environment)
  const secrets = secretsFrom(environment)
  refuseProblems(environment)
  return { config, secrets }
}
