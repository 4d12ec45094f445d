/**
 * The canonical shapes of a warehouse that counts and ships for the brand (3PL, WMS, overseas warehouse, FBA). Quantities
 * are whole units of the warehouse's own stock unit, as `listings` names it; the hub converts.
 */

/** Where a parcel goes. Personal data: sealed at rest, sent to whoever ships it, and purged; never logged. */
export type Recipient = {
  name: string
  company: string | undefined
  /** Street and house number first; at least one. */
  addressLines: string[]
  city: string
  /** State or province, as the country writes it. */
  region: string | undefined
  postalCode: string | undefined
  /** ISO 3166-1 alpha-2. */
  country: string
  phone: string | undefined
  email: string | undefined
}

/** What is known of where an order goes without saying to whom: enough to route it. */
export type Destination = {
  country: string
  region: string | undefined
  postalCode: string | undefined
  city: string | undefined
}

/** What the warehouse is asked to send. */
export type ShipmentRequest = {
  /** The hub's id of it: the same however often it is asked. Goes into the warehouse's own reference field. */
  shipmentId: string
  /** What people call the order: "#1001", with a suffix where it is sent in several shipments. */
  number: string
  placedAt: Date
  /** The external location that it leaves from. */
  locationId: string
  recipient: Recipient
  lines: {
    /** Of this shipment; comes back in what ships, where the warehouse keeps it. */
    lineId: string
    sku: string
    stockUnitId: string
    quantity: number
    title: string
    /** The lot that must be taken; undefined: the warehouse chooses. */
    lot: string | undefined
    /** For customs, in `currency`; undefined: not known. */
    unitValue: number | undefined
  }[]
  /** As the connection's settings name it, or the channel's wish; undefined: the warehouse's default. */
  method: string | undefined
  currency: string | undefined
  /** By when it must leave; undefined: as usual. */
  shipBy: Date | undefined
  note: string | undefined
}

/** How a request was taken. Refused ones are thrown as Invalid (address, SKU, method), which makes a task of it. */
export type RequestedShipment = {
  /** The warehouse's own id. */
  externalId: string
}

/**
 * `received`: taken, nothing done. `working`: being picked or packed: cancelling may be too late. `held`: waits for a
 * person or for stock, see `problem`. `rejected`: will never ship, and nothing of it has. `shipped`, `cancelled`: ended;
 * a shipment some of whose units have left and the rest never will is `shipped`.
 */
export type WarehouseShipmentState = 'received' | 'working' | 'held' | 'rejected' | 'shipped' | 'cancelled'

/** A shipment as the warehouse shows it. */
export type WarehouseShipment = {
  externalId: string
  /** The hub's id, from the reference field; undefined: it was not made by the hub, and says nothing to it. */
  shipmentId: string | undefined
  /** Orders the states of one shipment: larger is newer. Undefined: the warehouse gives none; content decides. */
  version: number | undefined
  state: WarehouseShipmentState
  /** Why it is held, rejected or short, as the warehouse says it; no personal data. */
  problem: { code: string; message: string } | undefined
  /** Everything that has left so far, not only what is new. */
  parcels: Parcel[]
}

/** What left in one box. Told again it is the same by `externalId`. */
export type Parcel = {
  externalId: string
  carrier: string | undefined
  trackingNumber: string | undefined
  trackingUrl: string | undefined
  /** By the warehouse's clock. */
  shippedAt: Date
  lines: {
    /** Undefined where the warehouse does not keep it: then SKU and order decide. */
    lineId: string | undefined
    sku: string
    quantity: number
    lot: string | undefined
    serials: string[]
  }[]
}

/** How cancelling went. `too-late`: it ships. `asked`: it will be told by the shipment's state. */
export type ShipmentCancellation = 'cancelled' | 'too-late' | 'asked'

/** Goods that are on their way to the warehouse. */
export type InboundNotice = {
  /** The hub's id, for the reference field. */
  inboundId: string
  number: string
  locationId: string
  expectedAt: Date | undefined
  carrier: string | undefined
  trackingNumber: string | undefined
  lines: {
    lineId: string
    sku: string
    stockUnitId: string
    quantity: number
    lot: string | undefined
    expiresOn: string | undefined
  }[]
}

/** What the warehouse has taken in, of one delivery, so far. */
export type WarehouseReceipt = {
  externalId: string
  inboundId: string | undefined
  version: number | undefined
  locationId: string
  /** True: no more of it will come. */
  isComplete: boolean
  /** False: lines that were told long ago may be named no more. They stand; a line that is told otherwise is corrected. */
  remembersAll?: false
  lines: ReceivedUnits[]
}

export type ReceivedUnits = {
  /** Tells it from another line of the receipt, told again the same. */
  externalId: string
  sku: string
  /** So far, not since last time. */
  quantity: number
  condition: 'sellable' | 'damaged'
  lot: string | undefined
  /** ISO date. */
  expiresOn: string | undefined
  serials: string[]
  receivedAt: Date
}

/** What a customer is to send back to the warehouse: nothing of it is there by that. */
export type ReturnNotice = {
  /** The hub's id: the same however often it is told. */
  returnId: string
  /** What the customer was given (RMA), and may write on the parcel; no other return of the warehouse is told of by it. */
  number: string
  locationId: string
  /** What it left by, where that was one shipment of this warehouse: the hub's id, and the warehouse's own. */
  shipment: { shipmentId: string; externalId: string } | undefined
  /** Each SKU once, of kits their parts. `serials`: which units it is, where the hub knows; empty: it does not. */
  lines: { lineId: string; sku: string; stockUnitId: string; quantity: number; serials: string[] }[]
}

/** A notice that is to be taken back. `externalId` undefined: the answer to it was lost, and it is looked for first. */
export type WithdrawnNotice = Pick<ReturnNotice, 'returnId' | 'number' | 'locationId'> & {
  externalId: string | undefined
}

/** How taking a notice back went. `withdrawn`: nothing is expected by it; also where there was none. `too-late`: it has come. */
export type ReturnWithdrawal = 'withdrawn' | 'too-late'

/** What came back. */
export type WarehouseReturn = {
  externalId: string
  /** The hub's id, from the reference field; undefined: then its own id and the number decide. */
  returnId?: string | undefined
  /** The number that the customer was given (RMA), where the warehouse keeps it. */
  number: string | undefined
  /** The hub's shipment that it left by, where the warehouse knows. */
  shipmentId: string | undefined
  version: number | undefined
  locationId: string
  isComplete: boolean
  /** As of `WarehouseReceipt`. */
  remembersAll?: false
  /** As `ReceivedUnits`, with what became of them; `waiting`: not inspected yet. */
  lines: (Omit<ReceivedUnits, 'condition'> & { condition: 'sellable' | 'damaged' | 'disposed' | 'waiting' })[]
}
