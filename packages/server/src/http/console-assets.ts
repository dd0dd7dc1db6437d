import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { escapeHtml } from './escape-html.ts'

/** First segments of the console's pages; everything else is the API's. */
export const CONSOLE_SEGMENTS: readonly string[] = ['sign-in', 'set-up', 'reset-password', 'invitation', 'organizations', 'account', 'operator']
/** What the API and its pages live under: never answered with a page, whatever a browser would like. */
const API_SEGMENTS: readonly string[] = ['v1', 'oauth2', 'docs', 'openapi.json', 'healthz', 'readyz', 'metrics', '.well-known', 'test-clock']

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
}
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg'])

/** No inline script or style, nothing from elsewhere, no frame around it: injected markup can do nothing. */
export const CONSOLE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const IMMUTABLE = 'public, max-age=31536000, immutable'
const REVALIDATE = 'no-cache'

interface Asset {
  type: string
  body: Buffer
  etag: string
  cacheControl: string
  /** Made when it is first asked for; null: it would not get smaller. */
  gzipped: Promise<Buffer> | null | undefined
}

export interface ConsoleAssets {
  /** Whether this request, which no route takes, is for the console. */
  answers(request: FastifyRequest): boolean
  send(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
}

/** Where the build lies: beside the published server, or in the console's package; null when it was not made. */
export function findConsole(): string | null {
  const published = join(import.meta.dirname, '..', '..', 'console')
  if (existsSync(join(published, 'index.html'))) return published
  try {
    const built = join(fileURLToPath(import.meta.resolve('@keywright/console/package.json')), '..', 'dist')
    return existsSync(join(built, 'index.html')) ? built : null
  } catch {
    return null
  }
}

/** The console from memory: read once when the server starts, so that no request touches a file or can name one. */
export function consoleAssets(folder: string | null): ConsoleAssets {
  const assets = folder === null ? new Map<string, Asset>() : readAssets(folder)
  const index = assets.get('/index.html') ?? null
  return {
    answers: (request) => {
      if (request.method !== 'GET' && request.method !== 'HEAD') return false
      const path = pathOf(request)
      if (assets.has(path)) return path !== '/index.html'
      const segment = path.split('/')[1] as string
      if (segment === 'assets' || API_SEGMENTS.includes(segment)) return false
      // A person who mistyped an address is told so by the console; a program gets a problem.
      return CONSOLE_SEGMENTS.includes(segment) || (index !== null && (request.headers.accept ?? '').includes('text/html'))
    },
    send: async (request, reply) => {
      const path = pathOf(request)
      const asset = assets.get(path) ?? index
      reply.header('Content-Security-Policy', CONSOLE_POLICY).header('Cross-Origin-Opener-Policy', 'same-origin')
      if (asset === null)
        return reply
          .code(path === '/' ? 200 : 404)
          .type('text/html; charset=utf-8')
          .send(MISSING)
      reply.header('Cache-Control', asset.cacheControl).header('ETag', asset.etag).header('Vary', 'Accept-Encoding')
      if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send()
      const found = asset !== index || path === '/' || CONSOLE_SEGMENTS.includes(path.split('/')[1] as string)
      reply.code(found ? 200 : 404).type(asset.type)
      const gzipped = acceptsGzip(request) ? await compressed(asset) : null
      return gzipped === null ? reply.send(asset.body) : reply.header('Content-Encoding', 'gzip').send(gzipped)
    },
  }
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] as string
}

function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>()
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const type = TYPES[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const file = join(entry.parentPath, entry.name)
    const path = file.slice(folder.length).replaceAll('\\', '/')
    const body = readFileSync(file)
    assets.set(path, {
      type,
      body,
      // Strong, and the same in every process that serves the same build.
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      // The names of what lies there change with the content.
      cacheControl: path.startsWith('/assets/') ? IMMUTABLE : REVALIDATE,
      gzipped: COMPRESSED.has(extname(entry.name)) ? undefined : null,
    })
  }
  return assets
}

function acceptsGzip(request: FastifyRequest): boolean {
  return /(?:^|,)\s*(?:gzip|\*)\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i.test(String(request.headers['accept-encoding'] ?? ''))
}

async function compressed(asset: Asset): Promise<Buffer | null> {
  if (asset.gzipped === undefined) asset.gzipped = promisify(gzip)(asset.body, { level: 9 })
  return asset.gzipped === null ? null : await asset.gzipped
}

const MISSING = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Keywright</title></head><body><h1>Keywright</h1><p>The console is not built. Where the source lies, run <code>${escapeHtml('npm run build')}</code> and start the server again; <code>npm start</code> does both.</p><p>The API works: its reference is at <a href="/docs">/docs</a>.</p></body></html>`
