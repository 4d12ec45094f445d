import type { Connector } from '@plimsoll/connector-kit'
import type { SyncContext } from '@plimsoll/sync'
import type { Plan } from '../plan/plan.ts'
import type { Reach } from '../platforms/connector.ts'
import { LATEST_EFFECT_MS } from '../platforms/kinds.ts'
import { connectWarehouse } from '../warehouses/connect.ts'
import { createWarehouseConnector } from '../warehouses/connector.ts'
import { WAREHOUSE_KINDS } from '../warehouses/kinds.ts'
import { Warehouse, type WarehousePace } from '../warehouses/warehouse.ts'
import type { Postman } from './postman.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

/** How quick the people of a warehouse are in a world whose whole storm lasts some ten seconds. */
const PACE: WarehousePace = {
  acceptMs: [20, 2_500],
  packMs: [20, 8_000],
  rejectShare: 0.12,
  shortShare: 0.12,
  splitShare: 0.2,
  holdShare: 0.3,
  // Longer than the hub leaves a request alone of which it does not know what became.
  holdMs: [1_000, 40_000],
  // Whether a count is before a parcel is told by two clocks.
  hurryShare: 0.8,
}
const FOLLOW_MS = 1_500
/** Longer than a run. */
const STUCK_MS = 3_600_000

/** The warehouses of a plan, and how processes of the hub reach them. */
export class Floors {
  readonly warehouses: ReadonlyMap<string, Warehouse>

  constructor(
    { warehouses, seed }: Pick<Plan, 'warehouses' | 'seed'>,
    { scheduler, trace, postman }: { scheduler: Scheduler; trace: Trace; postman: () => Postman },
  ) {
    this.warehouses = new Map(
      warehouses.map(({ name, kind, stock }) => {
        const warehouse: Warehouse = new Warehouse({
          name,
          kind: WAREHOUSE_KINDS[kind],
          pace: PACE,
          seed,
          now: () => Math.floor(scheduler.now),
          later: (ms, what, run) => void scheduler.after(ms, { what: `${name}: ${what}`, run }),
          tell: (text) => trace.tell(name, text),
          onRequest: (request) => postman().tellOfRequest(warehouse, request),
          onCount: () => postman().tellOfCount(warehouse),
        })
        for (const { sku, units } of stock) warehouse.open(sku, units)
        return [name, warehouse]
      }),
    )
  }

  get all(): Warehouse[] {
    return [...this.warehouses.values()]
  }

  get locationCodes(): string[] {
    return this.all.map(({ locationCode }) => locationCode)
  }

  connectors(callOf: (name: string) => Reach['call']): ReadonlyMap<string, Connector> {
    const reach = { latestEffectMs: LATEST_EFFECT_MS, followMs: FOLLOW_MS, stuckAfterMs: STUCK_MS }
    return new Map(
      this.all.map((warehouse) => [
        `lab-${warehouse.name}`,
        createWarehouseConnector(warehouse, { call: callOf(warehouse.name), ...reach }),
      ]),
    )
  }

  async connect(context: SyncContext): Promise<void> {
    for (const warehouse of this.all) await connectWarehouse(context, warehouse)
  }

  /** What people put into the brand's own place, and all that ever lay at warehouses or came there. */
  stockedWith(own: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    if (this.warehouses.size === 0) return own
    const all = new Map(own)
    const add = (sku: string, units: number) => void all.set(sku, (all.get(sku) ?? 0) + units)
    for (const { opening, adjustments } of this.all) {
      for (const [sku, units] of opening) add(sku, units)
      for (const { sku, units } of adjustments) add(sku, units)
    }
    return all
  }
}
