import { createHash } from 'node:crypto'
import { z } from 'zod'
import { assert } from '../assert.ts'

/** What a month holds, told without sorting or keeping it. Decimal text, since it is larger than a safe integer. */
export type MonthContent = { movements: number; rowDigest: string; sums: number; sumDigest: string }

/** The first 60 bits of a line's MD5; a month's digest is their sum. `history_digest` of migration 0017 is the same. */
export function lineDigest(line: string): bigint {
  return BigInt(`0x${createHash('md5').update(line).digest('hex').slice(0, 15)}`)
}

const id = z.uuid()
const delta = z.int()
/** What is read of a movement in a file; the rest is handed back to the database as it is. */
const archivedMovement = z.object({
  organization_id: id,
  item_id: id,
  location_id: id,
  lot_id: z.string(),
  on_hand_delta: delta,
  reserved_delta: delta,
  held_delta: delta,
  incoming_delta: delta,
})

type Deltas = [onHand: number, reserved: number, held: number, incoming: number]

/**
 * Adds up a month line by line, in the order of the file: all movements of an item stand together, so only one item's
 * sums are kept at a time.
 */
export class MonthReader {
  #movements = 0
  #rowDigest = 0n
  #sums = 0
  #sumDigest = 0n
  #item = ''
  #places = new Map<string, Deltas>()

  /** @returns the lines of sums of the item before, where this line begins another */
  read(line: string): string[] {
    const row = archivedMovement.parse(JSON.parse(line))
    this.#movements += 1
    this.#rowDigest += lineDigest(line)
    const item = `${row.organization_id} ${row.item_id}`
    const ended = item === this.#item ? [] : this.end()
    this.#item = item
    const place = `${item} ${row.location_id} ${row.lot_id}`
    const [onHand, reserved, held, incoming] = this.#places.get(place) ?? [0, 0, 0, 0]
    this.#places.set(place, [
      onHand + row.on_hand_delta,
      reserved + row.reserved_delta,
      held + row.held_delta,
      incoming + row.incoming_delta,
    ])
    return ended
  }

  /** The sums of the last item. */
  end(): string[] {
    const lines = [...this.#places].map(([place, deltas]) => {
      assert(deltas.every(Number.isSafeInteger), 'a month adds up to safe integers')
      return `${place} ${deltas.join(' ')}`
    })
    this.#places.clear()
    for (const line of lines) {
      this.#sums += 1
      this.#sumDigest += lineDigest(line)
    }
    return lines
  }

  content(): MonthContent {
    return {
      movements: this.#movements,
      rowDigest: String(this.#rowDigest),
      sums: this.#sums,
      sumDigest: String(this.#sumDigest),
    }
  }
}

const sumLine = /^(\S{36}) (\S{36}) (\S{36}) (\S{36}) (-?\d+) (-?\d+) (-?\d+) (-?\d+)$/

export type ArchivedSum = {
  organizationId: string
  itemId: string
  locationId: string
  lotId: string
  onHand: number
  reserved: number
  held: number
  incoming: number
}

/** @throws Error for a line that is none of ours */
export function parseSum(line: string): ArchivedSum {
  const [, organizationId = '', itemId = '', locationId = '', lotId = '', ...deltas] =
    sumLine.exec(line) ?? []
  const [onHand, reserved, held, incoming] = deltas.map(Number)
  if (onHand === undefined || reserved === undefined || held === undefined || incoming === undefined) {
    throw new Error(`"${line.slice(0, 200)}" is no line of sums.`)
  }
  return { organizationId, itemId, locationId, lotId, onHand, reserved, held, incoming }
}

/** Of the manifest beside the files: what vouches for them. */
export const manifestShape = z.object({
  format: z.literal(1),
  /** 2025-01 */
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  movements: z.int().min(0),
  rowDigest: z.string().regex(/^\d+$/),
  sums: z.int().min(0),
  sumDigest: z.string().regex(/^\d+$/),
  /** Of the file of movements, and of the file of sums, as they lie on the disk. */
  sha256: z.string().length(64),
  sumsSha256: z.string().length(64),
})
export type Manifest = z.infer<typeof manifestShape>
