import type { IncomingMessage } from 'node:http'
import { AppError } from '@keywright/core/problem-code.ts'

const LARGEST = 262_144

/** The bytes of a body. @throws AppError `body_too_large` before more than that is held. */
export function readBody(request: IncomingMessage, largest = LARGEST): Promise<Buffer> {
  const announced = Number(request.headersDistinct['content-length']?.[0] ?? 0)
  if (announced > largest) return Promise.reject(new AppError('body_too_large', `The body is larger than ${largest} bytes.`))
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > largest) {
        request.removeAllListeners('data')
        request.resume()
        reject(new AppError('body_too_large', `The body is larger than ${largest} bytes.`))
      } else chunks.push(chunk)
    })
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    request.on('error', reject)
    request.on('aborted', () => reject(new AppError('malformed_body', 'The client went away.')))
  })
}
