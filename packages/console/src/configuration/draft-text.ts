/** Words separated by blanks, commas or lines; each once. */
export function wordsIn(text: string): string[] {
  return [...new Set(text.split(/[\s,]+/).filter((part) => part !== ''))]
}

/** Parts between commas or lines, blanks within kept: `1 month` is one mistake, not two. */
export function partsIn(text: string): string[] {
  return text
    .split(/[,\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

export function linesIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** A whole number where it is one; else the text, which the server refuses in its own words. */
export function numberOr(text: string): number | string {
  return /^\d+$/.test(text.trim()) ? Number(text.trim()) : text.trim()
}

export const textOrNull = (text: string): string | null => (text.trim() === '' ? null : text.trim())

/** Something of the stored JSON, read without trust. */
export type Json = Readonly<Record<string, unknown>>
export const objectIn = (json: Json, name: string): Json => (typeof json[name] === 'object' && json[name] !== null ? (json[name] as Json) : {})
export const textIn = (json: Json, name: string): string => (typeof json[name] === 'string' || typeof json[name] === 'number' ? String(json[name]) : '')
export const listIn = (json: Json, name: string): unknown[] => (Array.isArray(json[name]) ? json[name] : [])
export const isOn = (json: Json, name: string, otherwise: boolean): boolean => (typeof json[name] === 'boolean' ? json[name] : otherwise)

/** The field of the form that a mistake of the server belongs to: `keyTypes[0].cap.max` -> `cap.max`. */
export function withoutPlace(path: string): string {
  return path.replace(/^(?:keyTypes|apis)\[[^\]]*\]\.?/, '')
}
