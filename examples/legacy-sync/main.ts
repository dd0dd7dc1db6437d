import { request } from 'node:http'
import { DatabaseSync } from 'node:sqlite'

/** Copies people from the legacy database into the CRM: `node main.ts FILE`. May be interrupted and started again. */
const { CRM_URL = 'http://127.0.0.1:4501', CRM_HOST = '', CRM_KEY = '' } = process.env
const legacy = new DatabaseSync(process.argv[2] ?? 'people.sqlite')

interface Row {
  number: number
  mail: string
  given: string | null
  family: string | null
}
const remaining = legacy.prepare('SELECT number, mail, given, family FROM people WHERE crm_id IS NULL ORDER BY number')
const note = legacy.prepare('UPDATE people SET crm_id = ? WHERE number = ?')

let copied = 0
for (const row of remaining.all() as unknown as Row[]) {
  note.run(await copy(row), row.number)
  process.stdout.write(`copied ${++copied}\n`)
}
process.stdout.write(`done: ${copied} copied\n`)

/** @returns the CRM's id, also of one that was copied before and not noted. */
async function copy({ mail, given, family }: Row): Promise<number> {
  for (;;) {
    const response = await post({ email: mail, first_name: given, last_name: family })
    const answer = JSON.parse(response.text) as { id?: number; reason?: string; title?: string }
    if ((response.status === 201 || response.status === 409) && answer.id !== undefined) return answer.id
    if (response.status === 429 || response.status === 503) {
      await new Promise((resolve) => setTimeout(resolve, response.retryAfterSeconds * 1000))
      continue
    }
    process.stderr.write(`stopped after ${copied}: ${response.status} ${answer.reason ?? answer.title}\n`)
    process.exit(response.status === 401 || response.status === 403 ? 2 : 1)
  }
}

async function post(contact: object): Promise<{ status: number; text: string; retryAfterSeconds: number }> {
  // `fetch` does not let a program choose the Host field, which a name that resolves to the CRM would set by itself.
  const body = JSON.stringify(contact)
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    authorization: CRM_KEY,
    ...(CRM_HOST === '' ? {} : { host: CRM_HOST }),
  }
  return new Promise((resolve, reject) => {
    const sent = request(`${CRM_URL}/crm/api/v2/contacts`, { method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text, retryAfterSeconds: Number(response.headers['retry-after'] ?? 1) }))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
