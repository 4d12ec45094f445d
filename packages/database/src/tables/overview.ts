/** What the overview draws over days: owned by `apps/hub`. */

export interface OverviewSumTable {
  organizationId: string
  connectionId: string
  slot: Date
  orders: number
  units: number
  writes: number
  emptied: number
}

export interface OverviewDelayTable {
  organizationId: string
  slot: Date
  bin: number
  writes: number
}

export interface StockSampleTable {
  organizationId: string
  locationId: string
  at: Date
  onHand: number
  reserved: number
}

export interface OverviewClockTable {
  organizationId: string
  keptUntil: Date
  sampledAt: Date | null
}
