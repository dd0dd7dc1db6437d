/**
 * A binary frame of a snapshot: version, kind, the part's number (4 bytes, little-endian), and the part, deflated (RFC 1951). A part is a list of
 * changes as JSON, or a block of keys. Compressing is done by whoever has the means; here is only the head.
 */
export const SNAPSHOT_FRAME_VERSION = 1
const HEAD_BYTES = 6

export type PartKind = 'changes' | 'keys'
const KINDS: readonly PartKind[] = ['changes', 'keys']

export function writeSnapshotFrame(kind: PartKind, part: number, deflated: Uint8Array): Uint8Array {
  const frame = new Uint8Array(HEAD_BYTES + deflated.byteLength)
  frame[0] = SNAPSHOT_FRAME_VERSION
  frame[1] = KINDS.indexOf(kind)
  new DataView(frame.buffer).setUint32(2, part, true)
  frame.set(deflated, HEAD_BYTES)
  return frame
}

/** @throws TypeError when it is no such frame. */
export function readSnapshotFrame(frame: Uint8Array): { kind: PartKind; part: number; deflated: Uint8Array } {
  if (frame.byteLength < HEAD_BYTES) throw new TypeError('a frame of a snapshot is cut off')
  if (frame[0] !== SNAPSHOT_FRAME_VERSION) throw new TypeError(`a frame of a snapshot has version ${frame[0]}, which this verifier does not read`)
  const kind = KINDS[frame[1] as number]
  if (kind === undefined) throw new TypeError('a frame of a snapshot is of no known kind')
  return { kind, part: new DataView(frame.buffer, frame.byteOffset).getUint32(2, true), deflated: frame.subarray(HEAD_BYTES) }
}
