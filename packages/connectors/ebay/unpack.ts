import { gunzipSync, inflateRawSync } from 'node:zlib'
import { Malformed } from '@plimsoll/connector-kit'

/** More than eBay's largest file could say of its rows. */
const BYTES_MAX = 128 * 1024 * 1024

/**
 * The text of a result file: eBay says that it may be compressed or not. A zip archive of one file, gzip, or plain.
 * @throws Malformed
 */
export function unpack(bytes: Uint8Array, operation: string): string {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (file.subarray(0, 2).equals(Buffer.from('PK'))) return onlyFileIn(file).toString('utf8')
    if (file[0] === 0x1f && file[1] === 0x8b)
      return gunzipSync(file, { maxOutputLength: BYTES_MAX }).toString('utf8')
  } catch (cause) {
    throw new Malformed(`${operation}: the file cannot be unpacked`, '', true, { cause })
  }
  return file.toString('utf8')
}

const END_OF_DIRECTORY = 0x06_05_4b_50
const END_BYTES = 22
const STORED = 0
const DEFLATED = 8

/** By the archive's directory, which stands at its end. */
function onlyFileIn(zip: Buffer): Buffer {
  let end = zip.length - END_BYTES
  while (end >= 0 && zip.readUInt32LE(end) !== END_OF_DIRECTORY) end -= 1
  if (end < 0) throw new Error('it has no directory')
  if (zip.readUInt16LE(end + 10) !== 1) throw new Error('it does not hold one file')
  const entry = zip.readUInt32LE(end + 16)
  const method = zip.readUInt16LE(entry + 10)
  const packed = zip.readUInt32LE(entry + 20)
  const local = zip.readUInt32LE(entry + 42)
  const from = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
  const content = zip.subarray(from, from + packed)
  if (content.length !== packed) throw new Error('it is cut off')
  if (method === STORED) return content
  if (method !== DEFLATED) throw new Error(`it is packed by method ${method}`)
  return inflateRawSync(content, { maxOutputLength: BYTES_MAX })
}
