const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\/|\bFxiOS\//, 'Firefox'],
  [/\bChrome\/|\bCriOS\/|\bChromium\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
]
const SYSTEMS: readonly [RegExp, string][] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bLinux\b/, 'Linux'],
]

/** A `User-Agent` as people say it: `Chrome on Windows`; what is unknown stays as it is, shortened; null when there is none. */
export function browserOf(client: string | null): string | null {
  if (client === null || client.trim() === '') return null
  const browser = BROWSERS.find(([pattern]) => pattern.test(client))?.[1]
  const system = SYSTEMS.find(([pattern]) => pattern.test(client))?.[1]
  if (browser === undefined) return client.length > 60 ? `${client.slice(0, 59)}…` : client
  return system === undefined ? browser : `${browser} on ${system}`
}
