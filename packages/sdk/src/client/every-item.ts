/** Anything that answers lists in pages. */
export type ListCall<Query, Item> = (query: Query & { cursor?: string | undefined }) => Promise<{ items: Item[]; nextCursor: string | null }>

/** Walks all pages of a list: `for await (const key of everyItem(client.keys.list, { org: 'acme' }))`. */
export async function* everyItem<Query extends object, Item>(list: ListCall<Query, Item>, query: Query): AsyncGenerator<Item, void, void> {
  let cursor: string | undefined
  do {
    const page = await list(cursor === undefined ? query : { ...query, cursor })
    yield* page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
