import { createVerifier } from '@keywright/sdk/verifier/verifier.ts'
import { createInterface } from 'node:readline'

/** A process that verifies: answers each line (a secret) with its decision, as it is when the line is read. */
const [url = '', verifierKey = '', api = '', stalenessSeconds = '300', snapshotFile] = process.argv.slice(2)
const file = snapshotFile === undefined ? {} : { snapshotFile }
const verifier = createVerifier({ url, verifierKey, api, name: `process ${process.pid}`, stalenessSeconds: Number(stalenessSeconds), ...file })
await verifier.ready()
process.stdout.write('ready\n')
for await (const secret of createInterface({ input: process.stdin })) {
  const decision = verifier.verify({ secret })
  process.stdout.write(`${decision.valid ? 'allowed' : `${decision.reason} ${decision.detail ?? ''}`.trim()}\n`)
}
await verifier.close()
