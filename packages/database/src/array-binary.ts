import type { ColumnType } from './unnest.ts'

/**
 * One value of each of some rows as a PostgreSQL array in its binary form: a header (dimensions, whether there are nulls,
 * the type of the elements, their number, the first index), then the length and the bytes of each element. Reading texts
 * took the server a tenth of what an order costs it, and writing them took the process a fifth.
 * Source: array_recv and the types' own receive functions in PostgreSQL's src/backend/utils/adt.
 * @returns undefined where a value is none that this form holds (a fraction, a moment as a text); its text may still be
 *   one that the server reads, or says what is wrong with
 */
export function arrayBinary<Row>(
  rows: readonly Row[],
  read: (row: Row, nth: number) => unknown,
  type: ColumnType,
): Buffer | undefined {
  const write = writers[type]
  if (write === undefined) return undefined
  out.begin()
  out.int32(rows.length === 0 ? 0 : 1)
  out.int32(0)
  out.int32(OIDS[type])
  if (rows.length > 0) {
    out.int32(rows.length)
    out.int32(1)
  }
  let hasNulls = false
  for (let nth = 0; nth < rows.length; nth += 1) {
    const value = read(rows[nth] as Row, nth)
    if (value === undefined || value === null) {
      hasNulls = true
      out.int32(-1)
    } else if (!write(value)) return undefined
  }
  const array = out.end()
  if (hasNulls) array[NULLS_AT] = 1
  return array
}

/** Of the elements, from PostgreSQL's src/include/catalog/pg_type.dat. */
const OIDS: Record<ColumnType, number> = {
  boolean: 16,
  bigint: 20,
  int: 23,
  text: 25,
  date: 1082,
  timestamptz: 1184,
  uuid: 2950,
  jsonb: 3802,
}

/** The last byte of the flag that says whether there are nulls. */
const NULLS_AT = 7

/** Writes one element, its length before it. False: it is none of this type's that the form holds. */
type Write = (value: unknown) => boolean

const writers: Partial<Record<ColumnType, Write>> = {
  uuid: writeUuid,
  text: (value) => typeof value === 'string' && out.text(value),
  jsonb: (value) => out.text(JSON.stringify(value), JSONB_VERSION),
  bigint: (value) => writeInt64(value),
  int: writeInt32,
  boolean: (value) => {
    if (typeof value !== 'boolean') return false
    out.int32(1)
    out.byte(value ? 1 : 0)
    return true
  },
  // Microseconds since the year 2000, which safe integers hold for some 285 years to either side.
  timestamptz: (value) =>
    value instanceof Date && writeInt64((value.getTime() - YEAR_2000_MS) * MICROSECONDS),
}
const JSONB_VERSION = 1
const YEAR_2000_MS = 946_684_800_000
const MICROSECONDS = 1_000

function writeInt64(value: unknown): boolean {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false
  const high = Math.floor(value / 2 ** 32)
  out.int32(8)
  out.int32(high)
  out.int32(value - high * 2 ** 32)
  return true
}

function writeInt32(value: unknown): boolean {
  if (typeof value !== 'number' || (value | 0) !== value) return false
  out.int32(4)
  out.int32(value)
  return true
}

/** Where the sixteen bytes begin among the 36 characters. */
const UUID_BYTES_AT = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34]
const UUID_DASHES_AT = [8, 13, 18, 23]
const DASH = 45
/** The value of a hexadecimal digit by its character code; 16 for every other character. */
const DIGITS = Uint8Array.from({ length: 128 }, (_, code) => {
  const digit = Number.parseInt(String.fromCharCode(code), 16)
  return Number.isNaN(digit) ? 16 : digit
})

function writeUuid(value: unknown): boolean {
  if (typeof value !== 'string' || value.length !== 36) return false
  for (const at of UUID_DASHES_AT) if (value.charCodeAt(at) !== DASH) return false
  out.int32(16)
  let wrong = 0
  for (let nth = 0; nth < 16; nth += 1) {
    const at = UUID_BYTES_AT[nth] as number
    const high = DIGITS[value.charCodeAt(at)] ?? 16
    const low = DIGITS[value.charCodeAt(at + 1)] ?? 16
    wrong |= high | low
    out.byte((high << 4) | low)
  }
  return wrong < 16
}

/** Past this a character is more than one byte. */
const ASCII = 128
/** Most bytes that one UTF-16 unit becomes. */
const BYTES_PER_UNIT = 3
/** Shorter texts are copied here, one by one; a call into the runtime costs as much as some thirty characters. */
const SHORT = 48

/** How much memory is taken at once: some of it is left unused at the end of each piece, and all of it is held as long as any. */
const PIECE_BYTES = 512 * 1024

/**
 * Where arrays are written, one after the other, into large pieces of memory that they share: a piece of its own for each
 * would have the garbage collector run three times as often.
 */
class ArrayWriter {
  #bytes = Buffer.allocUnsafeSlow(PIECE_BYTES)
  #start = 0
  #length = 0

  /** Forgets what an array that was given up has left. */
  begin(): void {
    this.#length = this.#start
  }

  end(): Buffer {
    const array = this.#bytes.subarray(this.#start, this.#length)
    this.#start = this.#length
    return array
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  int32(value: number): void {
    this.#reserve(4)
    const bytes = this.#bytes
    let at = this.#length
    bytes[at++] = value >>> 24
    bytes[at++] = value >>> 16
    bytes[at++] = value >>> 8
    bytes[at++] = value
    this.#length = at
  }

  /** A text as UTF-8, its length before it, and before the text a byte where one is given. */
  text(value: string, first?: number): true {
    this.#reserve(5 + value.length * BYTES_PER_UNIT)
    const lengthAt = this.#length
    const start = lengthAt + 4
    this.#length = start
    if (first !== undefined) this.byte(first)
    if (value.length > SHORT || !this.#ascii(value))
      this.#length += this.#bytes.write(value, this.#length, 'utf8')
    const end = this.#length
    this.#length = lengthAt
    this.int32(end - start)
    this.#length = end
    return true
  }

  #ascii(value: string): boolean {
    const bytes = this.#bytes
    const at = this.#length
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index)
      if (code >= ASCII) return false
      bytes[at + index] = code
    }
    this.#length += value.length
    return true
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const begun = this.#length - this.#start
    const larger = Buffer.allocUnsafeSlow(Math.max(PIECE_BYTES, (begun + more) * 2))
    this.#bytes.copy(larger, 0, this.#start, this.#length)
    this.#bytes = larger
    this.#start = 0
    this.#length = begun
  }
}

const out = new ArrayWriter()
