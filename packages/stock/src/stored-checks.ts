import type { Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import { brokenKits } from './kits/verify-kits.store.ts'
import { brokenLots, brokenSerials } from './lots/verify-tracked.store.ts'
import { brokenReservations } from './verify.store.ts'
import { brokenIncoming } from './verify-incoming.store.ts'

/** A promise that the stored rows show kept or broken without a replay; `verify` and `doctor` look at all of them. */
export type StoredCheck = {
  name: string
  /** What it says where no row breaks it. */
  good: string
  /** Selects every row that breaks it. */
  statement: RawBuilder<object>
  /** Its first columns, which name the row; those after them go to `say`. */
  subject: readonly string[]
  say: (rest: readonly unknown[]) => string
}

const place = ['organizationId', 'itemId', 'locationId']
const lotPlace = [...place, 'lotId']

export const storedChecks: readonly StoredCheck[] = [
  {
    name: 'reservations',
    good: 'reserved units match what orders hold',
    statement: brokenReservations,
    subject: lotPlace,
    say: ([reserved, open]) => `${reserved} units are reserved, the reservations hold ${open} open`,
  },
  {
    name: 'lots',
    good: 'every lot with stock is known',
    statement: brokenLots,
    subject: lotPlace,
    say: () => 'there is a balance of a lot that its item does not have',
  },
  {
    name: 'serials',
    good: 'serials in stock are as many as units',
    statement: brokenSerials,
    subject: place,
    say: ([onHand, serials, held, serialsHeld]) =>
      `${onHand} units are on hand and ${held} of them held, the serials there are ${serials} and ${serialsHeld} of them held`,
  },
  {
    name: 'incoming',
    good: 'incoming units match what transfers and inbound shipments expect',
    statement: brokenIncoming,
    subject: place,
    say: ([incoming, expected]) => `${incoming} units are incoming, the open documents expect ${expected}`,
  },
  {
    name: 'kits',
    good: 'every kit comes down to what its components say, and virtual ones have no stock of their own',
    statement: brokenKits,
    subject: ['organizationId', 'kitItemId'],
    say: ([problem]) =>
      problem === 'stock'
        ? 'the virtual kit has stock of its own'
        : 'its parts are not what its components come down to',
  },
]

/** The first thousand rows that break a check; empty is good. */
export async function findBrokenRows(db: Db, { statement }: StoredCheck): Promise<object[]> {
  return (await sql<object>`${statement} limit 1000`.execute(db)).rows
}
