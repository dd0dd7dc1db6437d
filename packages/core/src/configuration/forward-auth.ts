import type { Api } from './api.ts'
import type { KeyType } from './key-type.ts'

/**
 * True when key or companion of this API stand in the request's body.
 * @param accepted the key types the API accepts, whose own companions count as well.
 */
export function readsBody(definition: Pick<Api, 'carriers' | 'companions'>, accepted: readonly Pick<KeyType, 'companions'>[] = []): boolean {
  const companions = [...definition.companions, ...accepted.flatMap((type) => type.companions)]
  return definition.carriers.some((entry) => entry.in === 'body') || companions.some((entry) => entry.from === 'body')
}

export function allowsForwardAuth(definition: Api, accepted: readonly Pick<KeyType, 'companions'>[] = []): boolean {
  return definition.forwardAuth ?? !readsBody(definition, accepted)
}
