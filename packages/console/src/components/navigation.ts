import { roleAllows } from '@keywright/core/permissions.ts'
import {
  Building2,
  FileClock,
  HeartPulse,
  KeyRound,
  ListFilter,
  Mailbox,
  ScanSearch,
  Settings,
  ShieldCheck,
  SlidersHorizontal,
  Sunset,
  UserCog,
  Users,
  type LucideIcon,
} from 'lucide-react'
import type { Offer, Person } from '../api/contract.ts'
import { useRead } from '../api/hooks.ts'
import { roleIn } from '../api/person.ts'
import { pathTo } from '../paths.ts'
import { shellText } from '../text/shell.ts'
import { slugOf } from '../util/slug.ts'

export interface NavigationEntry {
  label: string
  to: string
  icon: LucideIcon
}

/** One page of keys in the navigation: the types that name the same `presentation.page`. */
export interface KeyPage {
  slug: string
  title: string
  offers: Offer[]
}

/** What `presentation` of an offer's policy says. */
export function presentationOf(offer: Offer): {
  page: string | null
  section: string | null
  layout: 'list' | 'single'
  labels: Record<string, string | undefined>
} {
  const said = (offer.policy['presentation'] ?? {}) as {
    page?: string | null
    section?: string | null
    layout?: 'list' | 'single'
    labels?: Record<string, string>
  }
  return { page: said.page ?? null, section: said.section ?? null, layout: said.layout ?? 'list', labels: said.labels ?? {} }
}

/** Offers -> pages, the one for types that name no page first. */
export function keyPagesOf(offers: readonly Offer[]): KeyPage[] {
  const pages = new Map<string, KeyPage>()
  for (const offer of offers) {
    const title = presentationOf(offer).page ?? shellText.apiKeys
    const slug = slugOf(title) || 'keys'
    const page = pages.get(slug) ?? { slug, title, offers: [] }
    page.offers.push(offer)
    pages.set(slug, page)
  }
  const common = slugOf(shellText.apiKeys)
  return [...pages.values()].toSorted((one, other) => Number(other.slug === common) - Number(one.slug === common))
}

/** The pages of keys of an organization; so that "Web Push Settings" exists without code. */
export function useKeyPages(org: string) {
  const { data, isPending, error } = useRead('key-types.offers', { org }, { enabled: org !== '' })
  return { pages: data === undefined ? [] : keyPagesOf(data.items), isPending, error }
}

/** What the role may see, beside the pages of keys. */
export function organizationEntries(person: Person, org: string): NavigationEntry[] {
  const role = roleIn(person, org)
  if (role === null) return []
  return [
    { label: shellText.members, to: pathTo('members', { org }), icon: Users },
    { label: shellText.addressLists, to: pathTo('addressLists', { org }), icon: ListFilter },
    ...(roleAllows(role, 'audit:read') ? [{ label: shellText.auditLog, to: pathTo('auditLog', { org }), icon: FileClock }] : []),
    { label: shellText.settings, to: pathTo('settings', { org }), icon: Settings },
  ]
}

export const OPERATOR_ENTRIES: readonly NavigationEntry[] = [
  { label: shellText.organizations, to: pathTo('operatorOrganizations'), icon: Building2 },
  { label: shellText.configuration, to: pathTo('configuration'), icon: SlidersHorizontal },
  { label: shellText.sunsets, to: pathTo('sunsets'), icon: Sunset },
  { label: shellText.lookUp, to: pathTo('lookUp'), icon: ScanSearch },
  { label: shellText.keywrightKeys, to: pathTo('keywrightKeys'), icon: ShieldCheck },
  { label: shellText.operators, to: pathTo('operators'), icon: UserCog },
  { label: shellText.auditLog, to: pathTo('operatorAuditLog'), icon: FileClock },
  { label: shellText.outbox, to: pathTo('outbox'), icon: Mailbox },
  { label: shellText.health, to: pathTo('health'), icon: HeartPulse },
]

export const KEY_ICON = KeyRound
