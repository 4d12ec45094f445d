/** The public face of the stock package. */

export { AssertionFailed, assert } from './assert.ts'
export { findBalancesOfItem, lockAllLots, lockPlaces, prepareBalances } from './balances.store.ts'
export {
  type ClaimBase,
  type ClaimOwner,
  claimOf,
  type OpenClaim,
  openClaim,
  type Part,
  type SpreadClaim,
  spreadSteps,
} from './claims.ts'
export {
  type AfterMovements,
  applyStockCommands,
  type CommandOutcome,
  CommandRace,
  RefusedAfterwards,
} from './commands/apply-commands.ts'
export type { PlacedKind, StockCommand } from './commands/command.ts'
export { digestOf } from './commands/command-keys.store.ts'
export { CommandWriter } from './commands/command-writer.ts'
export { findEarlierCommands } from './commands/earlier-commands.ts'
export type { CommandResult } from './commands/kind.ts'
export { inKeyedTransaction, runStockCommands } from './commands/run-commands.ts'
export { type StockContext, UNALLOCATED_LOT } from './context.ts'
export {
  approveStockCount,
  cancelStockCount,
  type NewStockCount,
  postStockCount,
  recountStockCount,
  startStockCount,
} from './counts/count-actions.ts'
export { findCounters, findCountLines, type StoredCountLine } from './counts/count-lines.store.ts'
export { type CountEntry, enterStockCount } from './counts/enter-count.ts'
export {
  asSeenByCounters,
  type CountLine,
  type CountScope,
  isHidden,
  needsRecount,
  type StockCount,
  varianceOf,
  zerosOf,
} from './counts/stock-count.ts'
export { findStockCount, findStockCountPage } from './counts/stock-counts.store.ts'
export { type DocumentPage, type DocumentQuery, toPage } from './documents/cursors.ts'
export {
  type ActionHead,
  type DecidedAction,
  type DocumentOutcome,
  type DocumentStore,
  runDocumentAction,
} from './documents/run-document.ts'
export { isUuid } from './documents/uuids.ts'
export { type Refusal, refuse, type StockErrorCode, stockErrors } from './errors.ts'
export {
  type ArchiveCheck,
  type ArchiveOutcome,
  archiveMonths,
  type RestoreOutcome,
  restoreMonth,
  verifyArchive,
} from './history/archive.ts'
export { findItemAsOf, findLocationAsOf, type ItemAsOf, type LocationAsOf } from './history/as-of.store.ts'
export { type AsOfMode, BEGINNING, openingOf, type StockAt } from './history/as-of.ts'
export type { Method as ValuationMethod } from './history/cost-pool.ts'
export { roundedShare } from './history/cost-pool.ts'
export {
  type ClosedMonth,
  closeMonths,
  examineMonths,
  findClosedMonths,
  type MonthsState,
  prepareMonths,
} from './history/months.store.ts'
export { monthText, nextMonthsChoreMs, parseMonth, startOfMonth } from './history/months.ts'
export { findMovementEntries, type MovementsFound } from './history/movement-page.store.ts'
export {
  fromCursor,
  type MovementEntry,
  type MovementPosition,
  type MovementQuestion,
  toCursor,
} from './history/movement-page.ts'
export {
  findCurrency,
  type MovementCost,
  saveCurrency,
  saveMovementCosts,
  saveValuationCheckpoints,
} from './history/valuation.store.ts'
export { findValuations, type ItemValuation, type ValuationPage } from './history/valuation-page.store.ts'
export { type ValuedVariances, valueVariances } from './history/variance-value.ts'
export { findInboundPage, findInboundShipment } from './inbound/inbound.store.ts'
export { type ArrivalLine, type InboundShipment, outstandingOf } from './inbound/inbound.ts'
export {
  cancelInboundRest,
  createInboundShipment,
  decideNewInbound,
  type NewInboundShipment,
  readNewInbound,
  receiveInboundShipment,
} from './inbound/inbound-actions.ts'
export { refuseArchived } from './items/archived.ts'
export {
  type Barcode,
  type BarcodeInput,
  checkDigitOf,
  comparableOf,
  readBarcode,
} from './items/barcodes.ts'
export { findCatalogueItems, lockCatalogue } from './items/catalogue.store.ts'
export {
  type CatalogueContext,
  changeCatalogueItem,
  previewCatalogueItems,
  type RowOutcome,
  saveCatalogueItems,
} from './items/catalogue.ts'
export type { CatalogueItem, CatalogueRow, Tracking } from './items/catalogue-item.ts'
export { findCustomFields, removeCustomField, saveCustomField } from './items/custom-fields.store.ts'
export type { CustomField, CustomFieldType } from './items/custom-fields.ts'
export {
  type FoundCode,
  findItemByCode,
  findItemChanges,
  findStockItems,
  type StockItem,
} from './items/lookup.store.ts'
export {
  findProductPage,
  findProducts,
  type ProductOutcome,
  removeProduct,
  saveProducts,
} from './items/products.store.ts'
export { type Product, type ProductRow, unknownProduct } from './items/products.ts'
export {
  findUnit,
  fromBaseUnits,
  type ItemUnits,
  type Rounding,
  toBaseUnits,
  type Unit,
} from './items/units.ts'
export {
  findItemsById,
  findItemsBySku,
  findLocations,
  type Item,
  type Location,
  saveItems,
  saveLocation,
  timeZoneOf,
} from './items.store.ts'
export { type Assembly, readAssembly } from './kits/assembly.ts'
export { defineKit, type KitDefined } from './kits/define-kit.ts'
export { flattenKits, type KitNode, type KitPart } from './kits/flatten.ts'
export { availableOfKit, kitsFrom, type PartStock } from './kits/kit-availability.ts'
export { type KitRequest, refuseStockOfKit } from './kits/kit-definition.ts'
export {
  findKitComponents,
  findKitDefinitions,
  findNamedParts,
  findUsesOf,
  type KitDefinition,
  type KitUse,
  type NamedPart,
} from './kits/kit-views.store.ts'
export { findKitItems, findKitParts } from './kits/kits.store.ts'
export { type BrokenKit, findBrokenKits } from './kits/verify-kits.store.ts'
export {
  assignBins,
  type Bin,
  type BinOutcome,
  findBins,
  removeBin,
  saveBins,
} from './locations/bins.store.ts'
export { dayAt, isDay, isTimeZone, nextWorkingDay } from './locations/calendar.ts'
export type { LocationDetail, LocationFields } from './locations/location.ts'
export {
  archiveLocation,
  changeLocation,
  createLocation,
  type LocationOutcome,
  restoreLocation,
} from './locations/location-actions.ts'
export { findLocationByCode, listLocations } from './locations/locations.store.ts'
export { saveLocations } from './locations.store.ts'
export { correctLot, type LotCorrected, type LotCorrection } from './lots/correct-lot.ts'
export type { LotBook } from './lots/lot-book.ts'
export {
  changeLotStatus,
  createLot,
  type LotNames,
  type LotSaved,
  type LotStatusChanged,
} from './lots/lot-changes.ts'
export { lockLotStock } from './lots/lot-stock.store.ts'
export { findLot } from './lots/lots.store.ts'
export { findBlock, type Lot, type LotDetails } from './lots/lots.ts'
export {
  listShelfLifeMinima,
  type ShelfLifeFor,
  type ShelfLifeMinimum,
  saveShelfLifeMinimum,
} from './lots/shelf-life.store.ts'
export { unusableOf } from './lots/usable.ts'
export {
  type BrokenLot,
  type BrokenSerial,
  findBrokenLots,
  findBrokenSerials,
} from './lots/verify-tracked.store.ts'
export {
  findMovedSince,
  insertMovements,
  withBalancesAssumed,
} from './movements.store.ts'
export { availableOf, type Balance, movementOf, type NewMovement } from './movements.ts'
export { archiveReason, readReasons, requireListedReason, saveReason } from './reasons/reasons.store.ts'
export type { Reason, ReasonRules } from './reasons/reasons.ts'
export {
  findExpiredReservations,
  lockReservationsOf,
  type ReservationRow,
  saveReservations,
} from './reservations.store.ts'
export {
  decideReservation,
  NO_RESERVATION,
  openOf,
  type Reservation,
  type ReservationStep,
  type ReservationTarget,
} from './reservations.ts'
export { isBySerial } from './serials/serial-groups.ts'
export { findBrokenRows, storedChecks } from './stored-checks.ts'
export type { ReceiptLine, Transfer } from './transfers/transfer.ts'
export {
  cancelTransfer,
  closeTransfer,
  createTransfer,
  decideNewTransfer,
  dispatchTransfer,
  type NewTransfer,
  readNewTransfer,
  receiveTransfer,
} from './transfers/transfer-actions.ts'
export { findTransfer, findTransferPage } from './transfers/transfers.store.ts'
export { type BrokenBalance, findBrokenBalances, findBrokenReservations } from './verify.store.ts'
export { type StockProblem, type VerifyCounts, verifyStock } from './verify.ts'
export { findBrokenIncoming } from './verify-incoming.store.ts'
