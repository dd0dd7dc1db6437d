/** One page of a list, newest first, and where the next begins; null: this was the last. */
export interface Page<Item, Cursor> {
  items: Item[]
  next: Cursor | null
}

/** A place in a list ordered by creation. */
export interface CreatedCursor {
  createdAt: number
  id: string
}

/** Rows fetched with `limit + 1` -> a page. */
export function toPage<Item, Cursor>(rows: Item[], limit: number, cursorOf: (last: Item) => Cursor): Page<Item, Cursor> {
  if (rows.length <= limit) return { items: rows, next: null }
  const items = rows.slice(0, limit)
  return { items, next: cursorOf(items.at(-1) as Item) }
}
