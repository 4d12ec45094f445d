import type { Connector, WarehouseReceipt, WarehouseReturn, WebhookEvent } from '@plimsoll/connector-kit'
import { shown } from './memory-deliveries.ts'
import { type MemoryWarehouse, memoryWarehouseConnector } from './memory-warehouse.ts'

/** The moment that a list names of what came in: the true one, one long before, or that of the list itself. */
export type ToldMoment = 'true' | 'early' | 'late'

type Told<Row> = Row & { changedAt: number }

/**
 * What a warehouse tells of what came in as reports do: nothing until one is made (`publish`), and then all of it so far,
 * by moments that may be far off.
 */
export class LateLists {
  readonly #warehouse: MemoryWarehouse
  readonly #moment: ToldMoment
  #receipts: Told<WarehouseReceipt>[] = []
  #returns: Told<WarehouseReturn>[] = []

  constructor(warehouse: MemoryWarehouse, moment: ToldMoment) {
    this.#warehouse = warehouse
    this.#moment = moment
  }

  publish(): void {
    const changedAt = this.#warehouse.clock.now()
    const { receipts, returns } = this.#warehouse
    // What was in the report before, and is as it was, is not told as new.
    this.#receipts = receipts.map(
      (row) =>
        findAlike(row, this.#receipts) ?? { ...row, lines: this.#told(row.lines, changedAt), changedAt },
    )
    this.#returns = returns.map(
      (row) =>
        findAlike(row, this.#returns) ?? { ...row, lines: this.#told(row.lines, changedAt), changedAt },
    )
  }

  /** As they are now: its people change theirs. */
  #told<Line extends { receivedAt: Date }>(lines: readonly Line[], now: number): Line[] {
    return lines.map((line) => ({ ...line, receivedAt: this.#momentOf(line.receivedAt, now) }))
  }

  #momentOf(receivedAt: Date, now: number): Date {
    if (this.#moment === 'true') return receivedAt
    return new Date(this.#moment === 'late' ? now : now - 86_400_000)
  }

  events(name: 'receipts' | 'returns', since: Date): WebhookEvent[] {
    if (name === 'receipts')
      return shown(this.#receipts, since).map((receipt) => ({
        kind: 'receipt',
        externalId: receipt.externalId,
        version: receipt.version,
        receipt,
      }))
    return shown(this.#returns, since).map((back) => ({
      kind: 'return',
      externalId: back.externalId,
      version: back.version,
      return: back,
    }))
  }
}

function findAlike<Row extends { externalId: string; version: number | undefined }>(
  { externalId, version }: Row,
  before: readonly Row[],
): Row | undefined {
  return before.find((row) => row.externalId === externalId && row.version === version)
}

/**
 * A warehouse in memory whose counts alone say what came in. With `requested` it takes units off what it counts as it is
 * asked for them, and never says what lies there in all.
 */
export function lateListsConnector(
  warehouse: MemoryWarehouse,
  { id, lists, deducts }: { id: string; lists: LateLists; deducts: 'shipped' | 'requested' },
): Connector {
  const connector = memoryWarehouseConnector(warehouse, id)
  const { warehouse: terms } = connector.manifest
  if (terms === undefined) throw new TypeError('a warehouse has terms')
  return {
    ...connector,
    manifest: {
      ...connector.manifest,
      warehouse: { ...terms, deducts, deductsWithinMs: 60_000, byCountsAlone: ['receipts', 'returns'] },
    },
    open(context) {
      const operations = connector.open(context)
      const { stream, counts } = operations
      return {
        ...operations,
        async stream(name, query, options) {
          if (name !== 'receipts' && name !== 'returns') {
            if (stream === undefined) throw new TypeError('a warehouse has lists')
            return await stream(name, query, options)
          }
          const platformTime = new Date(warehouse.clock.now())
          return { rows: lists.events(name, query.since), next: undefined, platformTime }
        },
        async counts(cursor, options) {
          if (counts === undefined) throw new TypeError('a warehouse counts')
          const page = await counts(cursor, options)
          if (deducts === 'shipped') return page
          const rows = page.rows.map(({ onHand: _, ...row }) => ({
            ...row,
            available: row.available - openUnits(warehouse, row.stockUnitId),
            countedAt: undefined,
          }))
          return { ...page, rows }
        },
      }
    },
  }
}

/** Units that it was asked for and that have not left. */
function openUnits({ shipments }: MemoryWarehouse, sku: string): number {
  let units = 0
  for (const { state, request, parcels } of shipments) {
    if (state !== 'received' && state !== 'working') continue
    const sumOf = (lines: readonly { sku: string; quantity: number }[]) =>
      lines.filter((line) => line.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0)
    units += sumOf(request.lines) - sumOf(parcels.flatMap(({ lines }) => lines))
  }
  return units
}
