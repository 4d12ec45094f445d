import type { FloorCore } from './warehouse-core.ts'
import type { ArrivedUnits } from './warehouse-intake.ts'
import type { FloorReturn, ReturnCondition } from './warehouse-records.ts'

/** What somebody says will come back. */
export type AnnouncedBack = {
  /** The asker's id or RMA number. */
  reference: string
  facilityId: string
  requestId?: number | undefined
  lines: readonly { sku: string; quantity: number; lot?: string | undefined }[]
  details?: Readonly<Record<string, unknown>>
}

export type TakenReturn =
  | { kind: 'announced'; returned: FloorReturn }
  | { kind: 'duplicate'; returned: FloorReturn }
  | { kind: 'unknown-sku'; sku: string }
  | { kind: 'unknown-facility' }

const FIRST_ID = 70_001

/**
 * What customers send back to one warehouse: announced before it comes, or not; looked at when it has.
 * @param put onto the shelves; its serial numbers
 */
export function createFloorReturns(
  core: FloorCore,
  put: (facilityId: string, units: ArrivedUnits, condition: ReturnCondition) => string[],
) {
  const returns = new Map<number, FloorReturn>()
  let lastId = FIRST_ID - 1

  const changed = (returned: FloorReturn): void => {
    returned.changedAtMs = core.nextMs()
    returned.isComplete =
      returned.state === 'cancelled' || returned.lines.every(({ condition }) => condition !== 'waiting')
    core.tell({ kind: 'return', returned })
  }
  const book = (returned: FloorReturn, line: FloorReturn['lines'][number]): void => {
    core.books.returns.append({
      atNs: core.nowNs(),
      returnId: String(returned.id),
      reference: returned.reference,
      facilityId: returned.facilityId,
      sku: line.sku,
      units: line.quantity,
      condition: line.condition,
      lot: line.lot ?? null,
    })
  }
  const insert = (
    given: Pick<FloorReturn, 'reference' | 'requestId' | 'facilityId' | 'lines' | 'state' | 'details'>,
  ): FloorReturn => {
    lastId += 1
    const at = core.nextMs()
    const returned: FloorReturn = {
      ...given,
      id: lastId,
      isComplete: false,
      createdAtMs: at,
      changedAtMs: at,
    }
    returns.set(returned.id, returned)
    return returned
  }

  return {
    /** A parcel comes back that nobody announced; what is `waiting` is inspected later. */
    returnUnits(given: {
      reference: string
      requestId?: number | undefined
      facilityId: string
      lines: readonly (Omit<ArrivedUnits, 'condition'> & { condition?: ReturnCondition | undefined })[]
    }): FloorReturn {
      const returned = insert({
        reference: given.reference,
        requestId: given.requestId,
        facilityId: given.facilityId,
        state: 'arrived',
        details: {},
        lines: given.lines.map(({ condition = 'waiting', ...each }, index) => ({
          id: index + 1,
          sku: each.sku,
          quantity: each.quantity,
          condition,
          lot: each.lot,
          expiresOn: each.expiresOn,
          serials:
            condition === 'waiting'
              ? [...(each.serials ?? [])]
              : put(given.facilityId, { ...each, condition: undefined }, condition),
          receivedAtMs: core.now(),
        })),
      })
      for (const line of returned.lines) book(returned, line)
      changed(returned)
      return returned
    },
    /**
     * Somebody says that it will come. Of one reference there is one, unless it was called off.
     * @param takesDuplicates true: references are not looked at, and two alike are two
     */
    announceReturn(
      announced: AnnouncedBack,
      { takesDuplicates = false }: { takesDuplicates?: boolean } = {},
    ): TakenReturn {
      const known = [...returns.values()].find(
        ({ reference, state }) => reference === announced.reference && state !== 'cancelled',
      )
      if (known !== undefined && !takesDuplicates) return { kind: 'duplicate', returned: known }
      if (!core.facilities.some(({ id }) => id === announced.facilityId)) return { kind: 'unknown-facility' }
      const stranger = announced.lines.find(({ sku }) => !core.items.has(sku))
      if (stranger !== undefined) return { kind: 'unknown-sku', sku: stranger.sku }
      const returned = insert({
        reference: announced.reference,
        requestId: announced.requestId,
        facilityId: announced.facilityId,
        state: 'announced',
        details: announced.details ?? {},
        lines: announced.lines.map(({ sku, quantity, lot }, index) => ({
          id: index + 1,
          sku,
          quantity,
          condition: 'waiting',
          lot,
          expiresOn: undefined,
          serials: [],
          receivedAtMs: core.now(),
        })),
      })
      changed(returned)
      return { kind: 'announced', returned }
    },
    /** Its parcel has come, and waits to be looked at. */
    arriveReturn(id: number): boolean {
      const returned = returns.get(id)
      if (returned?.state !== 'announced') return false
      returned.state = 'arrived'
      for (const line of returned.lines) {
        line.receivedAtMs = core.now()
        book(returned, line)
      }
      changed(returned)
      return true
    },
    /** It is not to come any more; what has come cannot be called off. */
    cancelReturn(id: number): boolean {
      const returned = returns.get(id)
      if (returned?.state !== 'announced') return false
      returned.state = 'cancelled'
      changed(returned)
      return true
    },
    /** What becomes of a line that waited. */
    inspect(id: number, lineId: number, condition: Exclude<ReturnCondition, 'waiting'>): boolean {
      const returned = returns.get(id)
      const line = returned?.lines.find((each) => each.id === lineId)
      if (returned?.state !== 'arrived' || line === undefined || line.condition !== 'waiting') return false
      line.condition = condition
      const { sku, quantity, lot, expiresOn, serials } = line
      line.serials = put(
        returned.facilityId,
        { sku, quantity, lot, expiresOn, serials: serials.length > 0 ? serials : undefined },
        condition,
      )
      book(returned, line)
      changed(returned)
      return true
    },
    returned: (id: number): FloorReturn | undefined => returns.get(id),
    returns: (): FloorReturn[] => [...returns.values()],
  }
}
