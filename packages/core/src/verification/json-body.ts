/** The top-level fields of a JSON body given as text or as its object; null when it is no JSON object. */
export function readBody(body: unknown): Record<string, unknown> | null {
  let value = body
  if (typeof body === 'string') {
    try {
      value = JSON.parse(body)
    } catch {
      return null
    }
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null
}

/**
 * How often a field stands at the top level of a JSON object's text. JSON.parse keeps the last of several, another reader may
 * keep the first (RFC 8259 section 4). The text must be valid JSON.
 */
export function countBodyField(text: string, name: string): number {
  let count = 0
  let depth = 0
  let expectsName = false
  for (let index = 0; index < text.length; index++) {
    const character = text[index]
    if (character === '"') {
      const end = endOfString(text, index)
      if (depth === 1 && expectsName && JSON.parse(text.slice(index, end + 1)) === name) count++
      expectsName = false
      index = end
    } else if (character === '{' || character === '[') {
      depth++
      expectsName = character === '{' && depth === 1
    } else if (character === '}' || character === ']') depth--
    else if (character === ',') expectsName = depth === 1
  }
  return count
}

function endOfString(text: string, start: number): number {
  let index = start + 1
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1
  return index
}
