/** Whether a text could be an address at all, so that a slip is told before the server is asked, which decides by core's rule. */
export function isEmail(text: string): boolean {
  return /^[^\s@]+@[^\s@]+$/.test(text.trim())
}
