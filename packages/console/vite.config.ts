import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const API = ['/v1', '/oauth2', '/docs', '/openapi.json', '/healthz', '/readyz', '/.well-known']
const SERVER = process.env['KEYWRIGHT_DEV_SERVER'] ?? 'http://127.0.0.1:4500'

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react(), tailwindcss()],
  server: {
    port: 4173,
    // The server trusts its own origin only, so the request must look as if it came from there.
    proxy: Object.fromEntries(API.map((path) => [path, { target: SERVER, changeOrigin: true, headers: { origin: SERVER } }])),
  },
  build: {
    target: ['chrome123', 'firefox121', 'safari17.5'],
    // Nothing as `data:`: fonts would be refused by the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    reportCompressedSize: false,
  },
})
