/** Checkpoints, closed months and costs: owned by `packages/stock`. */

export interface BalanceCheckpointTable {
  organizationId: string
  itemId: string
  locationId: string
  lotId: string
  /** Start of a month, UTC: the figures are those of all movements recorded before it. */
  at: Date
  onHand: number
  reserved: number
  held: number
  incoming: number
}

export interface ClosedMonthTable {
  organizationId: string
  month: Date
  movements: number
  closedAt: Date
  /** Of the file that holds the month; null while it is in the table. */
  archive: unknown
  archivedAt: Date | null
}

export interface ValuationSettingTable {
  organizationId: string
  currency: string
}

export interface MovementCostTable {
  organizationId: string
  itemId: string
  movementId: string
  /** Whole ten-thousandths of a unit of the organization's currency. */
  unitCost: number
}

export interface ValuationCheckpointTable {
  organizationId: string
  itemId: string
  at: Date
  state: unknown
}
