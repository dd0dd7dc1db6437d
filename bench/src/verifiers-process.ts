import { createInterface } from 'node:readline'
import { createVerifier } from '@keywright/sdk/verifier/verifier.ts'

const LOOK_MS = 5

/** Many verifiers in one process. For each secret that comes on a line: when, in milliseconds since 1970, each of them refused it first. */
const [url = '', verifierKey = '', api = '', count = '1'] = process.argv.slice(2)
const verifiers = Array.from({ length: Number(count) }, () => createVerifier({ url, verifierKey, api }))
await Promise.all(verifiers.map((verifier) => verifier.ready({ timeoutSeconds: 300 })))
process.stdout.write('ready\n')
for await (const secret of createInterface({ input: process.stdin })) {
  while (!verifiers.every((verifier) => verifier.verify({ secret }).valid)) await new Promise((resolve) => setTimeout(resolve, 1))
  const waiting = new Set(verifiers)
  process.stdout.write(`watching ${waiting.size}\n`)
  const refusedAt: number[] = []
  // Looking at all of them all the time would take the processor from what is measured: until one refuses, nothing has come.
  const [first] = verifiers
  while (first?.verify({ secret }).valid === true) await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  while (waiting.size > 0) {
    for (const verifier of waiting) {
      if (verifier.verify({ secret }).valid) continue
      waiting.delete(verifier)
      refusedAt.push(performance.timeOrigin + performance.now())
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  process.stdout.write(`refused ${JSON.stringify(refusedAt)}\n`)
}
