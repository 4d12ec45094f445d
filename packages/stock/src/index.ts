/** The public face of the stock package. */
export {
  type AfterMovements,
  applyStockCommands,
  type CommandOutcome,
  type CommandResult,
  RaceOnCommandKey,
} from './apply-commands.ts'
export { AssertionFailed, assert } from './assert.ts'
export { digestOf } from './command-keys.store.ts'
export { findBadQuantity, type StockCommand } from './commands.ts'
export { type StockContext, UNALLOCATED_LOT } from './context.ts'
export { type Refusal, refuse, type StockErrorCode, stockErrors } from './errors.ts'
export {
  findItemsBySku,
  findLocations,
  type Item,
  type Location,
  saveItems,
  saveLocation,
} from './items.store.ts'
export { findBalancesOfItem, insertMovements } from './movements.store.ts'
export { availableOf, type Balance, type NewMovement } from './movements.ts'
export { lockReservationsOf, type ReservationRow, saveReservations } from './reservations.store.ts'
export {
  decideReservation,
  NO_RESERVATION,
  openOf,
  type Reservation,
  type ReservationTarget,
} from './reservations.ts'
export { runStockCommands } from './run-commands.ts'
export { type BrokenBalance, findBrokenBalances, findBrokenReservations } from './verify.store.ts'
