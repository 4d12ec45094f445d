import { z } from 'zod'
import { balanceFigures, movementPage } from './shapes.ts'

const day = z.iso.date()
const instant = z.iso.datetime()
const count = z.int()
export const lotStatus = z.enum(['released', 'quarantined', 'recalled'])

/** A lot with what is there of it, all locations together. */
export const lotRow = z.object({
  sku: z.string(),
  lot: z.string(),
  expiresOn: day.nullable().describe('The last day on which it may leave.'),
  manufacturedOn: day.nullable(),
  supplierLot: z.string().nullable(),
  status: lotStatus,
  ...balanceFigures.shape,
})
export type LotRow = z.infer<typeof lotRow>

const lotBalances = z.array(
  z.object({
    locationCode: z.string(),
    ...balanceFigures.shape,
    isUsable: z
      .boolean()
      .describe('False where it may not leave: recalled, in quarantine, or expired there.'),
  }),
)

/** GET /items/:sku/lots, those that expire first before the others, each with what is where. */
export const lotList = z.object({ rows: z.array(lotRow.extend({ balances: lotBalances })) })
export type LotList = z.infer<typeof lotList>

/** GET /items/:sku/lots/:lot */
export const lotDetail = lotRow.extend({
  balances: lotBalances,
  changes: z.array(
    z.object({
      before: lotStatus.nullable().describe('Null: the lot was made.'),
      after: lotStatus,
      reason: z.string().nullable(),
      actor: z.string(),
      changedAt: instant,
    }),
  ),
  corrections: z
    .array(
      z.object({
        what: z.enum(['expiresOn', 'manufacturedOn', 'supplierLot']),
        before: z.string().nullable().describe('Null: it was not told.'),
        after: z.string().nullable(),
        reason: z.string(),
        actor: z.string(),
        changedAt: instant,
      }),
    )
    .describe('What was put right on it, oldest first; nothing of this is ever changed.'),
})
export type LotDetail = z.infer<typeof lotDetail>

/** Units of a lot that somebody holds or was sent. */
export const lotOwner = z.object({
  kind: z.enum(['order', 'reservation']),
  orderNumber: z.string().nullable(),
  orderId: z.string().nullable(),
  connectionName: z.string().nullable(),
  reservationId: z.string(),
  locationCode: z.string(),
  allocated: count.describe('Reserved from the lot and not shipped yet; base units.'),
  shipped: count,
  returned: count,
  isAssumed: z
    .boolean()
    .describe('Its platform did not say which lot it was: the first to expire was assumed.'),
})

/** GET /items/:sku/lots/:lot/trace: where it is, and where it went. */
export const lotTrace = z.object({
  lot: lotDetail,
  owners: z.array(lotOwner).describe('The first thousand, those that were shipped most of it first.'),
  ownersTotal: count,
  movements: movementPage.shape.rows.describe('Newest first.'),
  next: movementPage.shape.next,
  archivedBefore: movementPage.shape.archivedBefore,
})
export type LotTrace = z.infer<typeof lotTrace>

const serialState = z.enum(['in-stock', 'held', 'shipped', 'removed'])

/** A unit as it stands now. */
export const serialRow = z.object({
  serial: z.string(),
  sku: z.string(),
  name: z.string(),
  state: serialState,
  locationCode: z.string().describe('Where it is, or was last.'),
  orderNumber: z.string().nullable().describe('Of the order that it was shipped for.'),
})
export type SerialRow = z.infer<typeof serialRow>

/** GET /serials?search=&sku=&cursor=&limit= in order of number. */
export const serialPage = z.object({ rows: z.array(serialRow), next: z.string().nullable() })
export type SerialPage = z.infer<typeof serialPage>

/** GET /serials/:serial: the whole life of a unit. Items may each have one of the same number. */
export const serialLives = z.object({
  rows: z.array(
    serialRow.extend({
      events: z
        .array(
          z.object({
            kind: z.enum(['received', 'found', 'moved', 'held', 'unheld', 'shipped', 'returned', 'removed']),
            state: serialState,
            locationCode: z.string(),
            orderNumber: z.string().nullable(),
            connectionName: z.string().nullable(),
            reservationId: z.string().nullable(),
            reason: z.string().nullable(),
            actor: z.string(),
            effectiveAt: instant,
            recordedAt: instant,
          }),
        )
        .describe('Oldest first.'),
    }),
  ),
})
export type SerialLives = z.infer<typeof serialLives>
