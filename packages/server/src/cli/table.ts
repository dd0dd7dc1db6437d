import { styleText } from 'node:util'
import { visible } from './io.ts'

export interface Column<Row> {
  header: string
  value: (row: Row) => string
  /** Never cut: ids are there to be copied. */
  keep?: boolean
  color?: (row: Row) => 'green' | 'yellow' | 'red' | null
}

const GAP = '  '
const NARROWEST = 6
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u
const ZERO = /\p{Mn}|\p{Cf}/u

/** Columns a character takes on a terminal; near enough without a table of all of Unicode. */
function characterWidth(character: string): number {
  if (character <= '\u02ff') return 1
  if (ZERO.test(character)) return 0
  return WIDE.test(character) ? 2 : 1
}

export function textWidth(text: string): number {
  let width = 0
  for (const character of text) width += characterWidth(character)
  return width
}

/** Cuts to a width in columns; what is cut ends in `…`. */
export function cut(text: string, width: number): string {
  if (textWidth(text) <= width) return text
  let kept = ''
  let used = 1
  for (const character of text) {
    used += characterWidth(character)
    if (used > width) break
    kept += character
  }
  return width < 1 ? '' : `${kept}…`
}

/**
 * A table without lines.
 * @param width columns of the terminal; null: nothing is cut. @param color whether colours may be used.
 */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], width: number | null, color: boolean): string {
  const cells = rows.map((row) => columns.map((column) => visible(column.value(row))))
  const widths = columns.map((column, index) => Math.max(textWidth(column.header), ...cells.map((line) => textWidth(line[index] as string))))
  if (width !== null) narrow(widths, columns, width - GAP.length * (columns.length - 1))
  const line = (texts: readonly string[], paint: (text: string, index: number) => string): string =>
    texts
      .map((text, index) => paint(pad(cut(text, widths[index] as number), index === texts.length - 1 ? 0 : (widths[index] as number)), index))
      .join(GAP)
      .trimEnd()
  const header = line(
    columns.map((column) => column.header),
    (text) => (color ? styleText('dim', text, { validateStream: false }) : text),
  )
  const body = cells.map((texts, rowIndex) =>
    line(texts, (text, index) => {
      const chosen = color ? (columns[index]?.color?.(rows[rowIndex] as Row) ?? null) : null
      return chosen === null ? text : styleText(chosen, text, { validateStream: false })
    }),
  )
  return [header, ...body].join('\n')
}

/** Takes a column at a time from the widest that may be cut, until all fits or nothing more can be taken. */
function narrow<Row>(widths: number[], columns: readonly Column<Row>[], available: number): void {
  let excess = widths.reduce((sum, each) => sum + each, 0) - available
  while (excess > 0) {
    let widest = -1
    for (const [index, column] of columns.entries()) {
      if (!column.keep && (widths[index] as number) > NARROWEST && (widest < 0 || (widths[index] as number) > (widths[widest] as number))) widest = index
    }
    if (widest < 0) return
    widths[widest] = (widths[widest] as number) - 1
    excess--
  }
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)))
}

/** `name  value` lines; what is null is left out. */
export function facts(entries: readonly (readonly [string, string | null])[]): string {
  const shown = entries.filter((entry): entry is readonly [string, string] => entry[1] !== null)
  const width = Math.max(0, ...shown.map(([name]) => textWidth(name)))
  return shown.map(([name, value]) => `${pad(name, width)}${GAP}${visible(value)}`).join('\n')
}
