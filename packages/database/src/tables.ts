import type { Kysely, Transaction } from 'kysely'
import type { AccessTokenTable, OrganizationTable, SampleBrandTable, SecretTable } from './tables/accounts.ts'
import type { BulkEditTable, BulkLevelTable, BulkScopeTable } from './tables/bulk-edits.ts'
import type {
  BarcodeTable,
  CustomFieldTable,
  ItemChangeTable,
  ProductTable,
  UnitOfMeasureTable,
} from './tables/catalogue.ts'
import type { SettingChangeTable } from './tables/changes.ts'
import type {
  CallLogSettingTable,
  ConnectionGrantTable,
  CountedPlaceTable,
  CountedStockTable,
  PlatformCallTable,
  WebhookApplicationTable,
  WriteCountTable,
} from './tables/connections.ts'
import type { ConnectionFileTable } from './tables/files.ts'
import type {
  BalanceCheckpointTable,
  ClosedMonthTable,
  MovementCostTable,
  ValuationCheckpointTable,
  ValuationSettingTable,
} from './tables/history.ts'
import type {
  ImportJobTable,
  ImportMappingTable,
  ImportPieceTable,
  ImportProblemTable,
  ImportProgressTable,
} from './tables/imports.ts'
import type {
  AuditDifferenceTable,
  OrderGapTable,
  ReplayTable,
  StaleOrdersTable,
  StaleRuleTable,
  SyncJobTable,
  WebhookHealthTable,
} from './tables/intake.ts'
import type { KitClaimTable, KitComponentTable, KitDefinitionTable, KitPartTable } from './tables/kits.ts'
import type {
  LotClockTable,
  LotDetailChangeTable,
  LotStatusChangeTable,
  LotTable,
  SerialEventTable,
  SerialTable,
  ShelfLifeMinimumTable,
} from './tables/lots.ts'
import type {
  MappingAcceptanceLineTable,
  MappingAcceptanceTable,
  MappingLookTable,
  MappingRulesTable,
  MappingSuggestionTable,
} from './tables/mapping.ts'
import type { OrderLineTable, RoutingRulesTable, SalesOrderTable } from './tables/orders.ts'
import type {
  OverviewClockTable,
  OverviewDelayTable,
  OverviewSumTable,
  StockSampleTable,
} from './tables/overview.ts'
import type {
  AdjustmentReasonTable,
  BinTable,
  InboundLineTable,
  InboundShipmentTable,
  ItemBinTable,
  StockCountEntryTable,
  StockCountLineTable,
  StockCountSerialTable,
  StockCountTable,
  StockSettingTable,
  TransferLineTable,
  TransferSerialTable,
  TransferTable,
} from './tables/places.ts'
import type {
  DemandLeftOutTable,
  ItemDemandTable,
  ReplenishmentClockTable,
  ReplenishmentSettingTable,
  ReplenishmentTable,
} from './tables/replenishment.ts'
import type {
  CutoverLineTable,
  CutoverTable,
  DesiredLogTable,
  GuardSettingTable,
  HaltTable,
  HeldLevelTable,
  HoldTable,
  OversellTable,
  PauseChangeTable,
  PolicyChangeTable,
  PreviewLevelTable,
  PreviewTable,
  ProtectionChangeTable,
} from './tables/safety.ts'
import type { SavedViewTable } from './tables/saved-views.ts'
import type {
  BalanceTable,
  CommandKeyTable,
  ItemTable,
  LocationTable,
  MovementTable,
  ReservationTable,
} from './tables/stock.ts'
import type {
  BudgetHoldingTable,
  CampaignStartTable,
  ChangedItemTable,
  ConnectionBufferTable,
  ConnectionDelayTable,
  ConnectionTable,
  DemandClockTable,
  DriftTable,
  ExternalLocationTable,
  HubProcessTable,
  InboxKeyTable,
  InboxTable,
  ItemDepthTable,
  ItemProtectionTable,
  LaneEntryTable,
  LeaseTable,
  LevelDemandTable,
  LevelGrantTable,
  LevelTable,
  ListingTable,
  PolicyClockTable,
  PolicyTable,
  PolicyWindowTable,
  PoolLocationTable,
  ProtectionTable,
  SharedBudgetTable,
  StreamCursorTable,
} from './tables/sync.ts'
import type { TaskTable } from './tables/tasks.ts'
import type { WriteTable } from './tables/writes.ts'

export type * from './tables/accounts.ts'
export type * from './tables/bulk-edits.ts'
export type * from './tables/catalogue.ts'
export type * from './tables/changes.ts'
export type * from './tables/connections.ts'
export type * from './tables/files.ts'
export type * from './tables/history.ts'
export type * from './tables/imports.ts'
export type * from './tables/intake.ts'
export type * from './tables/kits.ts'
export type * from './tables/lots.ts'
export type * from './tables/orders.ts'
export type * from './tables/overview.ts'
export type * from './tables/places.ts'
export type * from './tables/replenishment.ts'
export type * from './tables/safety.ts'
export type * from './tables/saved-views.ts'
export type * from './tables/stock.ts'
export type * from './tables/sync.ts'
export type * from './tables/tasks.ts'
export type * from './tables/writes.ts'

/**
 * The schema as TypeScript sees it: one interface per table, named as in `migrations/`, columns in
 * camelCase (Kysely's CamelCasePlugin maps them). Quantities are safe integers; the driver's parser
 * refuses a bigint that is not.
 */
export interface Tables {
  organization: OrganizationTable
  sampleBrand: SampleBrandTable
  secret: SecretTable
  accessToken: AccessTokenTable
  connectionGrant: ConnectionGrantTable
  connectionFile: ConnectionFileTable
  writeCount: WriteCountTable
  countedPlace: CountedPlaceTable
  countedStock: CountedStockTable
  webhookApplication: WebhookApplicationTable
  platformCall: PlatformCallTable
  callLogSetting: CallLogSettingTable
  item: ItemTable
  product: ProductTable
  unitOfMeasure: UnitOfMeasureTable
  barcode: BarcodeTable
  customField: CustomFieldTable
  itemChange: ItemChangeTable
  location: LocationTable
  commandKey: CommandKeyTable
  movement: MovementTable
  balance: BalanceTable
  reservation: ReservationTable
  kitComponent: KitComponentTable
  kitPart: KitPartTable
  kitDefinition: KitDefinitionTable
  kitClaim: KitClaimTable
  lot: LotTable
  lotStatusChange: LotStatusChangeTable
  lotDetailChange: LotDetailChangeTable
  shelfLifeMinimum: ShelfLifeMinimumTable
  lotClock: LotClockTable
  serial: SerialTable
  serialEvent: SerialEventTable
  balanceCheckpoint: BalanceCheckpointTable
  closedMonth: ClosedMonthTable
  valuationSetting: ValuationSettingTable
  movementCost: MovementCostTable
  valuationCheckpoint: ValuationCheckpointTable
  bin: BinTable
  itemBin: ItemBinTable
  transfer: TransferTable
  transferLine: TransferLineTable
  transferSerial: TransferSerialTable
  inboundShipment: InboundShipmentTable
  inboundLine: InboundLineTable
  stockCount: StockCountTable
  stockCountLine: StockCountLineTable
  stockCountEntry: StockCountEntryTable
  stockCountSerial: StockCountSerialTable
  adjustmentReason: AdjustmentReasonTable
  stockSetting: StockSettingTable
  replay: ReplayTable
  webhookHealth: WebhookHealthTable
  syncJob: SyncJobTable
  auditDifference: AuditDifferenceTable
  orderGap: OrderGapTable
  staleRule: StaleRuleTable
  staleOrders: StaleOrdersTable
  salesOrder: SalesOrderTable
  orderLine: OrderLineTable
  replenishmentSetting: ReplenishmentSettingTable
  demandLeftOut: DemandLeftOutTable
  itemDemand: ItemDemandTable
  replenishment: ReplenishmentTable
  replenishmentClock: ReplenishmentClockTable
  overviewSum: OverviewSumTable
  overviewDelay: OverviewDelayTable
  stockSample: StockSampleTable
  overviewClock: OverviewClockTable
  routingRules: RoutingRulesTable
  mappingSuggestion: MappingSuggestionTable
  mappingLook: MappingLookTable
  mappingAcceptance: MappingAcceptanceTable
  mappingAcceptanceLine: MappingAcceptanceLineTable
  mappingRules: MappingRulesTable
  connection: ConnectionTable
  externalLocation: ExternalLocationTable
  poolLocation: PoolLocationTable
  listing: ListingTable
  level: LevelTable
  policy: PolicyTable
  protection: ProtectionTable
  levelGrant: LevelGrantTable
  itemProtection: ItemProtectionTable
  itemDepth: ItemDepthTable
  connectionBuffer: ConnectionBufferTable
  levelDemand: LevelDemandTable
  connectionDelay: ConnectionDelayTable
  demandClock: DemandClockTable
  policyClock: PolicyClockTable
  policyWindow: PolicyWindowTable
  campaignStart: CampaignStartTable
  inbox: InboxTable
  inboxKey: InboxKeyTable
  streamCursor: StreamCursorTable
  changedItem: ChangedItemTable
  laneEntry: LaneEntryTable
  lease: LeaseTable
  hubProcess: HubProcessTable
  sharedBudget: SharedBudgetTable
  budgetHolding: BudgetHoldingTable
  write: WriteTable
  drift: DriftTable
  task: TaskTable
  desiredLog: DesiredLogTable
  guardSetting: GuardSettingTable
  hold: HoldTable
  heldLevel: HeldLevelTable
  halt: HaltTable
  pauseChange: PauseChangeTable
  preview: PreviewTable
  previewLevel: PreviewLevelTable
  cutover: CutoverTable
  cutoverLine: CutoverLineTable
  oversell: OversellTable
  policyChange: PolicyChangeTable
  protectionChange: ProtectionChangeTable
  settingChange: SettingChangeTable
  savedView: SavedViewTable
  bulkEdit: BulkEditTable
  bulkScope: BulkScopeTable
  bulkLevel: BulkLevelTable
  importJob: ImportJobTable
  importMapping: ImportMappingTable
  importPiece: ImportPieceTable
  importProblem: ImportProblemTable
  importProgress: ImportProgressTable
}

/** A transaction of ours: what every `*.store.ts` function that writes is handed. */
export type Tx = Transaction<Tables>
/** For reads that need no transaction; a `Tx` serves too. */
export type Db = Kysely<Tables>
