import { join } from 'node:path'
import { type Client, createClient } from '@keywright/sdk/client/client.ts'
import type { Processes } from './processes.ts'
import { MAIN, presetText, sampleFile, withSunset } from './repository.ts'

const SUNSET_IN_MS = 10 * 60_000

/** Each sample API, and the registered APIs that its verifier key is for. */
const SAMPLES = {
  'customer-data': ['insider-2024-ucd'],
  'web-push': ['insider-one-web-push'],
  'mobile-push': ['insider-one-mobile'],
  projects: ['insidemaps'],
  crm: ['insites-crm', 'insites-crm-staging'],
} as const
type SampleName = keyof typeof SAMPLES

/** What the printed calls are made of. */
export interface Demo {
  server: string
  managementKey: string
  samples: Record<SampleName, string>
  retiredAt: Date
  secrets: Record<'customerData' | 'webPush' | 'mobile' | 'projects' | 'master' | 'instance', string>
  /** A key that was taken away before: statuses of the call right before and right after, and what the server said of the verifiers. */
  revocation: { before: number; after: number; summary: string }
  /** Id of the InsideMaps key, to take it away. */
  projectsKey: string
}

/** Server, presets, organizations, keys and sample APIs, each program in a process of its own. */
export async function setUp(processes: Processes, folder: string): Promise<Demo> {
  const path = { PATH: process.env['PATH'] ?? '' }
  const env = { ...path, KEYWRIGHT_DATA: join(folder, 'keywright'), KEYWRIGHT_LISTEN: '127.0.0.1:0', KEYWRIGHT_LOG_LEVEL: 'warn' }
  const printed = await processes.output('bootstrap', [MAIN, 'bootstrap', '--json'], env, folder)
  const { managementKey } = JSON.parse(printed) as { managementKey: string }
  const server = await processes.start('Keywright', [MAIN, 'serve'], env, folder)
  const client = createClient({ url: server, key: managementKey, userAgent: 'keywright-demo' })

  const retiredAt = new Date(Math.ceil((Date.now() + SUNSET_IN_MS) / 1000) * 1000)
  for (const name of ['insider-2024', 'insidemaps', 'insites']) await client.configuration.apply(presetText(name))
  await client.configuration.apply(withSunset(presetText('insider-one'), new Date(Date.now() - 1000), retiredAt))
  const environments = ['live', 'production', 'staging']
  await client.organizations.create({ slug: 'acme', name: 'Acme', aliases: ['acmebrand'], entitlements: ['insider-upsert'], environments })
  await client.organizations.create({ slug: 'zeta', name: 'Zeta', aliases: ['zetabrand'], environments })

  const [keys, samples] = await Promise.all([makeKeys(client), startSamples(processes, client, server, folder, path)])
  return { server, managementKey, samples, retiredAt, revocation: await showRevocation(client, samples.projects), ...keys }
}

/** A key that is used and taken away: what its last two calls were answered, and who refuses it by then. */
async function showRevocation(client: Client, projects: string): Promise<Demo['revocation']> {
  const org = 'acme'
  const { key, secret } = await client.keys.issue({ org, type: 'insidemaps-api-key', name: 'Taken away', expiresInSeconds: 86_400 })
  const call = async (): Promise<number> =>
    (await fetch(`${projects}/api/v2/organizations/acme/projects`, { headers: { authorization: `Bearer ${secret}` } })).status
  const before = await firstAllowed(call)
  const { propagation } = await client.keys.remove({ org, key: key.id }, { confirm: true })
  return { before, after: await call(), summary: propagation?.summary ?? '' }
}

/** A new key is known to verifiers elsewhere a moment after it was issued. */
async function firstAllowed(call: () => Promise<number>): Promise<number> {
  const deadline = Date.now() + 5_000
  let status = await call()
  while (status !== 200 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 20))
    status = await call()
  }
  return status
}

async function makeKeys(client: Client): Promise<Pick<Demo, 'secrets' | 'projectsKey'>> {
  const org = 'acme'
  const customerData = await client.keys.issue({ org, type: 'insider-2024-ucd' })
  const webPush = await client.keys.issue({ org, type: 'insider-one-web-push', origin: 'web-push-settings', addresses: 'any' })
  const mobile = await client.keys.issue({ org, type: 'insider-one-mobile', addresses: 'any' })
  const projects = await client.keys.issue({ org, type: 'insidemaps-api-key', name: 'Demo', expiresInSeconds: 86_400 })
  const master = await client.keys.issue({ org, type: 'insidemaps-master-token', name: 'Demo' })
  await client.keys.activate({ org, key: master.key.id })
  const instance = (await client.keys.list({ org, type: 'insites-instance-key', environment: 'production' })).items[0]
  if (!instance) throw new Error('The instance was made without its key.')
  const { secret } = await client.keys.reveal({ org, key: instance.id })
  const secrets = {
    customerData: customerData.secret,
    webPush: webPush.secret,
    mobile: mobile.secret,
    projects: projects.secret,
    master: master.secret,
    instance: secret,
  }
  return { secrets, projectsKey: projects.key.id }
}

async function startSamples(
  processes: Processes,
  client: Client,
  server: string,
  folder: string,
  path: Record<string, string>,
): Promise<Record<SampleName, string>> {
  const started = Object.entries(SAMPLES).map(async ([name, apis]) => {
    const { secret } = await client.verifierKeys.issue({ name, apis: [...apis] })
    const env = { ...path, KEYWRIGHT_URL: server, VERIFIER_KEY: secret, VERIFIER_NAME: name, DATA_FOLDER: join(folder, name) }
    return [name, await processes.start(name, [sampleFile(name)], env, folder)]
  })
  const samples = Object.fromEntries(await Promise.all(started)) as Record<SampleName, string>
  // So that the console shows calls that work as they are.
  for (const [name, apis] of Object.entries(SAMPLES)) for (const api of apis) await registerAddress(client, api, samples[name as SampleName])
  return samples
}

async function registerAddress(client: Client, slug: string, baseUrl: string): Promise<void> {
  const { slug: _slug, ...definition } = (await client.apis.get({ api: slug })).api
  await client.apis.put({ api: slug, ...definition, slug, baseUrl } as Parameters<Client['apis']['put']>[0])
}
