import { Malformed } from '@plimsoll/connector-kit'

/** How a text stands in bytes, both ways. Nothing is replaced by a question mark: what does not fit is refused. */
export const ENCODINGS = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'gb18030',
  'gbk',
  'big5',
  'shift_jis',
  'euc-kr',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'iso-8859-15',
] as const
export type Encoding = (typeof ENCODINGS)[number]

/** Without its byte order mark; a mark of UTF-16 or UTF-8 goes before what was said. @throws Malformed */
export function decode(bytes: Uint8Array, encoding: Encoding, name: string): string {
  const marked = markOf(bytes) ?? encoding
  try {
    return new TextDecoder(marked, { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Malformed(`${name} is not ${marked} text to its end.`, '', true, { cause })
  }
}

function markOf(bytes: Uint8Array): Encoding | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return undefined
}

/** UTF-16 gets its byte order mark: whoever reads it would guess otherwise. @throws Malformed, not sent */
export function encode(text: string, encoding: Encoding): Buffer {
  switch (encoding) {
    case 'utf-8':
      return Buffer.from(text, 'utf8')
    case 'utf-16le':
      return Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    case 'utf-16be':
      return Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(text, 'utf16le').swap16()])
    default:
      return encodeByTable(text, encoding)
  }
}

function encodeByTable(text: string, encoding: Encoding): Buffer {
  const table = tableOf(encoding)
  const parts: Uint8Array[] = []
  for (const character of text) {
    const bytes =
      character.length === 1 && character < '\x80'
        ? Uint8Array.of(character.charCodeAt(0))
        : table.get(character)
    const found = bytes ?? (encoding === 'gb18030' ? fourBytesOf(character.codePointAt(0) ?? 0) : undefined)
    if (found === undefined)
      throw new Malformed(
        `"${character}" cannot be written in ${encoding}. Choose another encoding.`,
        '',
        false,
      )
    parts.push(found)
  }
  return Buffer.concat(parts)
}

const tables = new Map<Encoding, Map<string, Uint8Array>>()

/**
 * Characters to bytes, turned round from what the platform's own decoder says: 24,000 pairs in 20 ms, once. A library
 * would bring the same tables along.
 */
function tableOf(encoding: Encoding): Map<string, Uint8Array> {
  const known = tables.get(encoding)
  if (known !== undefined) return known
  const decoder = new TextDecoder(encoding, { fatal: true })
  const table = new Map<string, Uint8Array>()
  const add = (bytes: Uint8Array) => {
    try {
      const character = decoder.decode(bytes)
      // The first that means it is the usual one; what decodes to two characters is none.
      if ([...character].length === 1 && !table.has(character)) table.set(character, bytes)
    } catch {
      // no character has these bytes
    }
  }
  // Decoders of GB18030 take 0x80 for the euro, as an old code page had it; it is written as the standard says.
  for (let byte = encoding === 'gb18030' ? 0x81 : 0x80; byte <= 0xff; byte += 1) add(Uint8Array.of(byte))
  if (!/^(windows|iso)/.test(encoding))
    for (let lead = 0x81; lead <= 0xfe; lead += 1)
      for (let trail = 0x40; trail <= 0xfe; trail += 1) add(Uint8Array.of(lead, trail))
  tables.set(encoding, table)
  return table
}

let fourByteTable: Map<number, Uint8Array> | undefined

/** GB18030 writes all else in four bytes: those of the first plane by a table, the others by counting (GB 18030-2005). */
function fourBytesOf(point: number): Uint8Array | undefined {
  if (point >= 0x10000) return fourBytes(point - 0x10000 + 189_000)
  if (fourByteTable === undefined) {
    fourByteTable = new Map()
    const decoder = new TextDecoder('gb18030', { fatal: true })
    for (let index = 0; index < 39_420; index += 1) {
      const bytes = fourBytes(index)
      try {
        const found = decoder.decode(bytes).codePointAt(0)
        if (found !== undefined && !fourByteTable.has(found)) fourByteTable.set(found, bytes)
      } catch {
        // no character has these bytes
      }
    }
  }
  return fourByteTable.get(point)
}

function fourBytes(index: number): Uint8Array {
  return Uint8Array.of(
    0x81 + Math.floor(index / 12_600),
    0x30 + (Math.floor(index / 1_260) % 10),
    0x81 + (Math.floor(index / 10) % 126),
    0x30 + (index % 10),
  )
}
