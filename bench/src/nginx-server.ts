import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { hash } from 'node:crypto'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { cpuSecondsOf, type ServerProcess, spawnOn } from './processes.ts'

const BINARY = '/usr/sbin/nginx'
const MODULES = ['ndk_http_module.so', 'ngx_http_lua_module.so'].map((name) => join('/usr/lib/nginx/modules', name))

/** Debian's nginx with its Lua module. */
export function hasNginxWithLua(): boolean {
  return [BINARY, ...MODULES].every((file) => existsSync(file))
}

interface NginxOptions {
  secrets: readonly string[]
  /** Where Keywright listens, with the verifier key. */
  keywright: string
  verifier: string
  /** Fields of an answer, so that answers are about as long as Keywright's. */
  fields: Record<string, string>
}

/**
 * One nginx process with three hosts that let the same keys in: `map` compares the whole field with a table of its configuration, `lua`
 * looks the SHA-256 digest up in a shared dictionary, `forward-auth` asks Keywright as examples/nginx/keywright.conf does. What is let in
 * gets an answer from nginx itself: nothing stands behind it.
 */
export async function nginxProcess({ secrets, keywright, verifier, fields }: NginxOptions): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'keywright-bench-nginx-'))
  const port = await freePort()
  writeFileSync(join(folder, 'keys.map'), secrets.map((secret) => `"Bearer ${secret}" 1;\n`).join(''))
  writeFileSync(join(folder, 'digests'), Buffer.concat(secrets.map((secret) => hash('sha256', secret, 'buffer'))))
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${join(folder, name)};`)
  const added = Object.entries(fields)
    .filter(([name]) => !name.startsWith('content-'))
    .map(([name, value]) => `add_header ${name} '${value}';`)
  const host = (name: string, check: string) => `server { listen 127.0.0.1:${port}; server_name ${name}; ${check} }`
  const configuration = `
    daemon off; master_process off; error_log stderr error; pid ${folder}/nginx.pid;
    ${MODULES.map((file) => `load_module ${file};`).join(' ')}
    events { worker_connections 1024; }
    http {
      access_log off; keepalive_requests 1000000000; ${paths.join(' ')}
      map_hash_max_size ${Math.max(20_000, secrets.length * 2)}; map_hash_bucket_size 2048;
      map $http_authorization $known { default 0; include ${folder}/keys.map; }
      lua_shared_dict digests ${Math.max(8, Math.ceil(secrets.length / 4000))}m;
      init_by_lua_block { ${fillInLua(join(folder, 'digests'))} }
      upstream keywright { server ${new URL(keywright).host}; keepalive 128; keepalive_requests 1000000000; }
      ${host('map', `location / { if ($known = 0) { return 401; } ${added.join(' ')} empty_gif; }`)}
      ${host('lua', `location / { access_by_lua_block { ${CHECK_IN_LUA} } ${added.join(' ')} empty_gif; }`)}
      ${host('forward-auth', `location / { auth_request /ask; ${added.join(' ')} empty_gif; } location = /ask { ${ask(verifier)} }`)}
    }`
  writeFileSync(join(folder, 'nginx.conf'), configuration, { mode: 0o600 })
  const child = spawnOn('server', ['-p', folder, '-e', 'stderr', '-c', join(folder, 'nginx.conf')], process.env, BINARY)
  child.stdout?.resume()
  const ended = new Promise<void>((done) => child.once('exit', () => done()))
  const dispose = async () => {
    child.kill('SIGTERM')
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  // A large table takes nginx a while to read.
  for (let tries = 0; !(await listens(port)); tries++) {
    if (child.exitCode !== null || tries > 2400) {
      await dispose()
      throw new Error('nginx did not start')
    }
    await setTimeout(50)
  }
  return { url: `http://127.0.0.1:${port}`, cpuSeconds: () => cpuSecondsOf(child.pid as number), [Symbol.asyncDispose]: dispose }
}

/** OpenSSL's own function, which nginx has loaded: there is nothing quicker to call from Lua. */
function fillInLua(file: string): string {
  return `
    local ffi = require "ffi"
    ffi.cdef "unsigned char *SHA256(const unsigned char *data, size_t length, unsigned char *digest);"
    local out = ffi.new("unsigned char[32]")
    function digest_of(secret) ffi.C.SHA256(secret, #secret, out); return ffi.string(out, 32) end
    local file = assert(io.open("${file}", "rb"))
    while true do
      local digest = file:read(32)
      if not digest then break end
      assert(ngx.shared.digests:safe_set(digest, "acme"))
    end
    file:close()`
}

const CHECK_IN_LUA = `
  local field = ngx.var.http_authorization
  if not field or field:sub(1, 7) ~= "Bearer " or not ngx.shared.digests:get(digest_of(field:sub(8))) then return ngx.exit(401) end`

function ask(verifier: string): string {
  return `internal; proxy_pass http://keywright/v1/authorize/data?dialect=nginx; proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header Keywright-Verifier "${verifier}"; proxy_set_header X-Original-Method $request_method;
    proxy_set_header X-Original-URI $request_uri; proxy_set_header X-Original-Host $host;
    proxy_set_header X-Forwarded-For $http_x_forwarded_for; proxy_pass_request_body off; proxy_set_header Content-Length "";`
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      done(true)
    })
    socket.once('error', () => done(false))
  })
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  await new Promise((done) => server.close(done))
  return port
}
