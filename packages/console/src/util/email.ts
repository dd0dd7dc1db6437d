/** Whether a text could be an address at all, so that a slip is told before the server is asked, which decides by core's rule. */
export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim())
}

/** The addresses of a field, one a line or with commas, semicolons or blanks between; each once. */
export function addressesIn(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((part) => part !== ''))]
}

export function wrongAddresses(text: string): string[] {
  return addressesIn(text).filter((address) => !isEmail(address))
}
