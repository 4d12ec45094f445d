import type { Db } from '@plimsoll/database'
import type { ComingUnits } from './place-figures.store.ts'
import type { PlaceFigures, PlacePlan } from './plan-item.ts'
import type { ResolvedSettings } from './replenishment-settings.ts'

export type PlanningContext = {
  organizationId: string
  uuid(): string
  now(): Date
  /** Units that channels may sell already, by `item location`: they cannot be sent away. */
  findGranted(db: Db, itemIds: readonly string[]): Promise<ReadonlyMap<string, number>>
}

/** What led to a plan, as it is kept and shown: quantities in base units, days as 2026-11-27. */
export type PlanFigures = Omit<PlaceFigures, 'locationId' | 'incoming' | 'demand'> &
  Pick<PlacePlan, 'position' | 'levels' | 'network' | 'spare' | 'wanted' | 'because'> & {
    incoming: (Pick<ComingUnits, 'document' | 'documentId' | 'isDraft' | 'units'> & {
      /** The day it is to be there; null: nobody said. */
      on: string | null
      /** That day has passed. */
      isLate: boolean
    })[]
    demand: PlaceFigures['demand']
    rate: ResolvedSettings['rate']
    /** Fields that somebody has set, and for what; the others are defaults. */
    from: Partial<ResolvedSettings['from']>
  }
