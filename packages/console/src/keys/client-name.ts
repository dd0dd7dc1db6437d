/** Newer browsers claim to be the older ones as well, so the most particular name comes first. */
const BROWSERS: readonly [name: string, version: RegExp][] = [
  ['Edge', /\bEdg\/(\d+)/],
  ['Opera', /\bOPR\/(\d+)/],
  ['Firefox', /\bFirefox\/(\d+)/],
  ['Chrome', /\bChrome\/(\d+)/],
  ['Safari', /\bVersion\/(\d+).* Safari\//],
]

/**
 * What a client calls itself, short enough for a sentence: `curl/8.5.0` -> `curl/8`, a browser's name instead of all it claims to be.
 * The whole text stays available to whoever asks.
 */
export function shortClient(client: string): string {
  if (client.startsWith('Mozilla/'))
    for (const [name, version] of BROWSERS) {
      const match = version.exec(client)
      if (match !== null) return `${name} ${match[1]}`
    }
  const product = /^([^\s/]{1,40})\/v?(\d{1,6})/.exec(client.trim())
  return product === null ? client.trim().slice(0, 40) : `${product[1]}/${product[2]}`
}
