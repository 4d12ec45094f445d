import type { FloorCore } from './warehouse-core.ts'
import type { FloorInbound, FloorReceived, ReturnCondition } from './warehouse-records.ts'
import { createFloorReturns } from './warehouse-returns.ts'

export type AnnouncedInbound = {
  reference: string | undefined
  number: string
  facilityId: string
  lines: readonly {
    reference?: string | undefined
    sku: string
    quantity: number
    lot?: string | undefined
    expiresOn?: string | undefined
  }[]
  details?: Readonly<Record<string, unknown>>
}

export type TakenInbound =
  | { kind: 'announced'; inbound: FloorInbound }
  | { kind: 'duplicate'; inbound: FloorInbound }
  | { kind: 'unknown-sku'; sku: string }
  | { kind: 'unknown-facility' }

export type ArrivedUnits = {
  sku: string
  quantity: number
  condition?: 'sellable' | 'damaged' | undefined
  lot?: string | undefined
  expiresOn?: string | undefined
  serials?: readonly string[] | undefined
}

export type FloorIntake = ReturnType<typeof createFloorIntake>

/** What comes into one warehouse: deliveries, and what customers send back. */
export function createFloorIntake(core: FloorCore) {
  const inbounds = new Map<number, FloorInbound>()
  let lastId = 4_000

  const put = (facilityId: string, units: ArrivedUnits, condition: ReturnCondition): string[] => {
    const { sku, quantity, lot, expiresOn } = units
    if (condition !== 'sellable' && condition !== 'damaged') return []
    const hasSerials = core.items.get(sku)?.hasSerials === true && condition === 'sellable'
    const serials = [...(units.serials ?? (hasSerials ? core.newSerials(sku, quantity) : []))]
    const [sellable, damaged] = condition === 'sellable' ? [quantity, 0] : [0, quantity]
    core.shelves.put({ facilityId, sku, lot, expiresOn, sellable, damaged, serials })
    return serials
  }
  const changedInbound = (inbound: FloorInbound): void => {
    inbound.changedAtMs = core.nextMs()
    core.tell({ kind: 'inbound', inbound })
  }

  return {
    announce({ details = {}, ...announced }: AnnouncedInbound): TakenInbound {
      const known = [...inbounds.values()].find(
        ({ reference, state }) =>
          reference !== undefined && reference === announced.reference && state !== 'cancelled',
      )
      if (known !== undefined) return { kind: 'duplicate', inbound: known }
      if (!core.facilities.some(({ id }) => id === announced.facilityId)) return { kind: 'unknown-facility' }
      const stranger = announced.lines.find(({ sku }) => !core.items.has(sku))
      if (stranger !== undefined) return { kind: 'unknown-sku', sku: stranger.sku }
      lastId += 1
      const at = core.nextMs()
      const inbound: FloorInbound = {
        ...announced,
        id: lastId,
        state: 'announced',
        lines: announced.lines.map((line, index) => ({
          id: index + 1,
          reference: line.reference,
          sku: line.sku,
          quantity: line.quantity,
          lot: line.lot,
          expiresOn: line.expiresOn,
        })),
        received: [],
        announcedAtMs: at,
        changedAtMs: at,
        details,
      }
      inbounds.set(inbound.id, inbound)
      core.tell({ kind: 'inbound', inbound })
      return { kind: 'announced', inbound }
    },
    /** Units are taken in; more, fewer and others than announced are taken as they come. False: no such delivery is open. */
    receive(id: number, units: readonly ArrivedUnits[]): boolean {
      const inbound = inbounds.get(id)
      if (inbound === undefined || inbound.state === 'closed' || inbound.state === 'cancelled') return false
      for (const each of units) {
        const { condition = 'sellable', sku, quantity, lot, expiresOn } = each
        const serials = put(inbound.facilityId, each, condition)
        const received: FloorReceived = {
          id: inbound.received.length + 1,
          sku,
          quantity,
          condition,
          lot,
          expiresOn,
          serials,
          receivedAtMs: core.now(),
        }
        inbound.received.push(received)
        core.books.receipts.append({
          atNs: core.nowNs(),
          inboundId: String(id),
          reference: inbound.reference ?? null,
          facilityId: inbound.facilityId,
          sku,
          units: quantity,
          condition,
          lot: lot ?? null,
        })
      }
      inbound.state = 'arriving'
      changedInbound(inbound)
      return true
    },
    /** No more of it will come. */
    close(id: number): boolean {
      const inbound = inbounds.get(id)
      if (inbound === undefined || inbound.state === 'cancelled') return false
      inbound.state = 'closed'
      changedInbound(inbound)
      return true
    },
    cancelInbound(id: number): boolean {
      const inbound = inbounds.get(id)
      if (inbound === undefined || inbound.received.length > 0) return false
      inbound.state = 'cancelled'
      changedInbound(inbound)
      return true
    },
    inbound: (id: number): FloorInbound | undefined => inbounds.get(id),
    inbounds: (): FloorInbound[] => [...inbounds.values()],
    /** Units that are announced and have not come, each with where to. */
    *incoming(): Generator<{ facilityId: string; sku: string; units: number }> {
      for (const { facilityId, state, lines, received } of inbounds.values()) {
        const isOpen = state === 'announced' || state === 'arriving'
        for (const [sku, announced] of Map.groupBy(lines, (line) => line.sku)) {
          const came = received
            .filter((line) => line.sku === sku)
            .reduce((sum, line) => sum + line.quantity, 0)
          const due = announced.reduce((sum, line) => sum + line.quantity, 0)
          yield { facilityId, sku, units: isOpen ? Math.max(0, due - came) : 0 }
        }
      }
    },
    ...createFloorReturns(core, put),
  }
}
