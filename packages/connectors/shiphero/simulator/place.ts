import type { SimulatorServices, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { Bucket } from './account.ts'

export type Subscription = {
  id: string
  name: string
  url: string
  shop_name: string
  secret: string
  enabled: boolean
}

/** All that there are, by id. */
export type Subscriptions = Map<string, Subscription>

export type Place = {
  floor: WarehouseFloor
  name: string
  bucket: Bucket
  subscriptions: Subscriptions
  kit: SimulatorServices
  /** The account is a 3PL's, and all that is here belongs to this customer: without naming it nothing is shown. */
  customerAccountId: string | undefined
  /** A second order under one partner_order_id is refused; it is taken unless so. */
  refusesDuplicates: boolean
}

/** Whether what a list or a change is asked of is this customer's. */
export function isSeen({ customerAccountId }: Place, given: string | null | undefined): boolean {
  return customerAccountId === undefined ? given == null : given === customerAccountId
}
