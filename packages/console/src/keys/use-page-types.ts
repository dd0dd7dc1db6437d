import { offeredType, type OfferedType } from './offered-type.ts'
import { useKeyPages } from '../components/navigation.ts'

/** The types of one page of keys of an organization; `page` null: there is no such page. */
export function usePageTypes(
  org: string,
  slug: string,
): { isPending: boolean; error: ReturnType<typeof useKeyPages>['error']; page: { title: string; types: OfferedType[] } | null } {
  const { pages, isPending, error } = useKeyPages(org)
  const found = pages.find((page) => page.slug === slug)
  return { isPending, error, page: found === undefined ? null : { title: found.title, types: found.offers.map(offeredType) } }
}

/** Every type the organization knows, by slug: a key may be of any page. */
export function useOfferedType(
  org: string,
  slug: string | undefined,
): { offered: OfferedType | undefined; all: OfferedType[]; pageOf: (type: string) => string | null; isPending: boolean } {
  const { pages, isPending } = useKeyPages(org)
  const all = pages.flatMap(({ offers }) => offers.map(offeredType))
  const pageOf = (type: string): string | null => pages.find(({ offers }) => offers.some((offer) => offer.type === type))?.slug ?? null
  return { offered: all.find((each) => each.slug === slug), all, pageOf, isPending }
}
