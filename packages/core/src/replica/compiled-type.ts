import type { KeyType, SunsetRule } from '../configuration/key-type.ts'
import { compileCompanion, type CompiledCompanion } from '../verification/compiled-api.ts'

/** A key type in the form in which decisions read it. */
export interface CompiledType {
  readonly definition: KeyType
  /** Scope -> the entitlement it needs, or null. */
  readonly offered: ReadonlyMap<string, string | null>
  /** False: neither the type nor any scope of it needs an entitlement. */
  readonly asksEntitlements: boolean
  readonly companions: readonly CompiledCompanion[]
}

export function compileType(definition: KeyType): CompiledType {
  return {
    definition,
    offered: new Map(definition.scopes.offered.map(({ scope, entitlement }) => [scope, entitlement])),
    asksEntitlements: definition.offeredWith !== null || definition.scopes.offered.some((offered) => offered.entitlement !== null),
    companions: definition.companions.map(compileCompanion),
  }
}

/** The sunset that ends keys of this origin: the one for that very origin, else the one for all; null when there is none. */
export function sunsetFor(definition: Pick<KeyType, 'sunset'>, origin: string | null): SunsetRule | null {
  const forAll = definition.sunset.find((rule) => rule.origin === null) ?? null
  const own = origin === null ? null : (definition.sunset.find((rule) => rule.origin === origin) ?? null)
  if (!own || !forAll) return own ?? forAll
  return own.retiredAt <= forAll.retiredAt ? own : forAll
}

/** Those of a key's scopes that its type still offers. */
export function effectiveScopes(type: CompiledType | null, held: readonly string[]): readonly string[] {
  return type ? held.filter((scope) => type.offered.has(scope)) : []
}
