import type { Demo } from './set-up.ts'

export interface DemoCall {
  /** What the call shows. */
  says: string
  /** A line for a shell, as it is. */
  command: string
  /** What stands in the answer: its status, and texts of it. */
  status: number
  contains: readonly string[]
}

export interface DemoSystem {
  title: string
  calls: readonly DemoCall[]
  /** What else to try. */
  notes: readonly string[]
}

/** The five documented systems: what works, then what is refused. */
export function demoSystems({ samples, secrets, retiredAt }: Demo): DemoSystem[] {
  const customerData = (partner: string): string =>
    post(`${samples['customer-data']}/api/user/v1/upsert`, { users: [{ identifiers: { email: 'ada@example.com' }, attributes: { name: 'Ada' } }] }, [
      `X-PARTNER-NAME: ${partner}`,
      `X-REQUEST-TOKEN: ${secrets.customerData}`,
    ])
  const push = (body: object): string =>
    post(`${samples['web-push']}/api/v1/web-push/send`, { ...body, title: 'Sale', message: 'Today' }, [`Authorization: Bearer ${secrets.webPush}`])
  const notification = { title: 'Sale', message: 'Today', users: ['u1'] }
  const mobile = `${samples['mobile-push']}/api/v1/notification/user`
  const projects = (organization: string): string => `${samples.projects}/api/v2/organizations/${organization}/projects`
  const mint = `${samples.projects}/api/v2/sessionToken`
  const contacts = `${samples.crm}/crm/api/v2/contacts`
  const host = 'Host: acme.localhost'
  const session = `$(${`curl -s ${mint} -H 'Authorization: Bearer ${secrets.master}'`} | sed 's/.*"data":"\\([^"]*\\)".*/\\1/')`

  return [
    {
      title: 'Insider, API keys of July 2024: one UCD token for every call to customer data',
      calls: [
        { says: 'Upsert a user', command: customerData('acmebrand'), status: 200, contains: ['"successful":{"count":1}'] },
        { says: 'Then: the partner name of another account', command: customerData('zetabrand'), status: 401, contains: ['organization_mismatch'] },
      ],
      notes: [],
    },
    {
      title: 'Insider One, API keys of 2025: keys of the old Web Push Settings end; mobile keys stand in the body',
      calls: [
        {
          says: 'Send a push with an old key: it works, and says until when',
          command: push({ partner_id: 'acmebrand' }),
          status: 200,
          contains: ['"launched"', 'sunset:'],
        },
        {
          says: 'Then: notify with a mobile key',
          command: post(mobile, { ...notification, api_key: secrets.mobile }),
          status: 202,
          contains: ['"accepted":1'],
        },
        {
          says: 'Then: the same key in a header',
          command: post(mobile, notification, [`Authorization: Bearer ${secrets.mobile}`]),
          status: 401,
          contains: ['wrong_carrier'],
        },
      ],
      notes: [
        `The vendor's date is 15 October 2025. Here it was shifted to ten minutes ahead: at ${retiredAt.toLocaleTimeString()} (${retiredAt.toISOString()}).`,
        'From that instant the first line is answered 401 retired, and names the successor.',
      ],
    },
    {
      title: 'InsideMaps, API keys: a name, a duration, an organization in the path',
      calls: [
        { says: 'List projects', command: get(projects('acme'), [`Authorization: Bearer ${secrets.projects}`]), status: 200, contains: ['{"data":['] },
        {
          says: "Then: another organization's projects, which this key must not even know of",
          command: get(projects('zeta'), [`Authorization: Bearer ${secrets.projects}`]),
          status: 404,
          contains: ['There is no such thing'],
        },
      ],
      notes: [],
    },
    {
      title: 'InsideMaps, API master tokens: the token mints sessions, and the sessions make the calls',
      calls: [
        { says: 'Mint a session token', command: get(mint, [`Authorization: Bearer ${secrets.master}`]), status: 200, contains: ['{"data":"'] },
        {
          says: 'Mint one and list projects with it',
          command: `curl -s -i ${projects('acme')} -H "Authorization: Bearer ${session}"`,
          status: 200,
          contains: ['{"data":['],
        },
        {
          says: 'Then: the master token itself, presented to the API',
          command: get(projects('acme'), [`Authorization: Bearer ${secrets.master}`]),
          status: 403,
          contains: ['exchange_required'],
        },
      ],
      notes: [],
    },
    {
      title: 'Insites, Instance API Key: one for each instance, sent raw',
      calls: [
        {
          says: 'Create a contact with an e-mail alone (a second time: 409)',
          command: post(contacts, { email: 'ada@example.com' }, [host, `Authorization: ${secrets.instance}`]),
          status: 201,
          contains: ['"email":"ada@example.com"'],
        },
        {
          says: 'List contacts',
          command: get(`'${contacts}?page=1&size=20'`, [host, `Authorization: ${secrets.instance}`]),
          status: 200,
          contains: ['"page":1,"size":20'],
        },
        {
          says: 'Then: with "Bearer" in front',
          command: get(contacts, [host, `Authorization: Bearer ${secrets.instance}`]),
          status: 401,
          contains: ['wrong_carrier'],
        },
      ],
      notes: [],
    },
  ]
}

function get(url: string, headers: readonly string[]): string {
  return `curl -s -i ${url}${headers.map((header) => ` -H '${header}'`).join('')}`
}

/** Bodies hold no single quote, so a shell takes them as they are. */
function post(url: string, body: object, headers: readonly string[] = []): string {
  return `${get(url, ['Content-Type: application/json', ...headers])} -d '${JSON.stringify(body)}'`
}
