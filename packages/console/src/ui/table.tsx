import type { ReactNode } from 'react'
import { Button } from './button.tsx'
import { text } from '../text/common.ts'
import { cx } from '../util/class-names.ts'

export interface Column<Row> {
  id: string
  header: ReactNode
  /** Says nothing above its cells but names them for screen readers. */
  headerHidden?: boolean
  cell: (row: Row) => ReactNode
  align?: 'right'
  /** The first line of a row's card on phones; one column. */
  primary?: boolean
  /** Not shown on phones. */
  wide?: boolean
  className?: string
  /** Class of its width where it is a table: so that tables below each other line up. */
  width?: string
}

interface Props<Row> {
  /** What the rows are, for screen readers. */
  caption: string
  columns: readonly Column<Row>[]
  rows: readonly Row[]
  rowKey: (row: Row) => string
  /** Greys a row that is over. */
  isDim?: (row: Row) => boolean
}

/** A dense table; on phones each row becomes a card with its headers beside the values. */
export function Table<Row>({ caption, columns, rows, rowKey, isDim }: Props<Row>) {
  return (
    <div className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table role="table" className="block w-full border-collapse text-sm sm:table">
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup" className="sr-only sm:not-sr-only sm:table-header-group">
          <tr role="row">
            {columns.map((column) => (
              <th
                key={column.id}
                role="columnheader"
                scope="col"
                className={cx(
                  'h-9 border-b border-line px-4 text-left text-xs font-medium whitespace-nowrap text-ink-faint',
                  column.align === 'right' && 'text-right',
                  column.width,
                )}
              >
                {column.headerHidden ? <span className="sr-only">{column.header}</span> : column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="block sm:table-row-group">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              role="row"
              className={cx(
                'relative grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 border-b border-line px-4 py-3 transition-colors last:border-b-0 hover:bg-hover/60 sm:table-row sm:p-0',
                isDim?.(row) && 'text-ink-faint',
              )}
            >
              {columns.map((column) => (
                <Cell key={column.id} column={column} content={column.cell(row)} />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Cell<Row>({ column, content }: { column: Column<Row>; content: ReactNode }) {
  return (
    <td
      role="cell"
      className={cx(
        'min-w-0 sm:table-cell sm:h-11 sm:px-4 sm:py-1.5 sm:align-middle',
        cellPlace(column),
        (column.wide === true || content === null) && 'max-sm:hidden',
        column.align === 'right' && 'sm:text-right',
        column.className,
      )}
    >
      {!column.primary && !column.headerHidden && (
        <span aria-hidden="true" className="text-xs text-ink-faint sm:hidden">
          {column.header}
        </span>
      )}
      <div className="min-w-0 sm:contents">{content}</div>
    </td>
  )
}

/** In a card: the primary cell is its title, commands stand beside that, all others are lines with their header. */
function cellPlace<Row>({ primary, headerHidden }: Column<Row>): string {
  if (primary) return 'col-span-2 font-medium max-sm:pr-20'
  if (headerHidden) return 'max-sm:absolute max-sm:top-2 max-sm:right-3 max-sm:z-10'
  return 'col-span-2 grid grid-cols-subgrid items-center'
}

/** Below a list, while there is more. */
export function LoadMore({ list }: { list: { hasMore: boolean; isLoadingMore: boolean; more: () => void } }) {
  if (!list.hasMore) return null
  return (
    <div className="flex justify-center pt-4">
      <Button loading={list.isLoadingMore} onClick={list.more}>
        {text.loadMore}
      </Button>
    </div>
  )
}
