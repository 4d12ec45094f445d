/** In what simulated warehouses differ. */
export type WarehouseKind = {
  id: string
  /** `by-read-back`: asked again under one reference, it makes a second request of it. */
  requests: 'by-key' | 'by-read-back'
  cancel: 'until-working' | 'until-shipped' | false
  webhooks: 'whole-shipments' | 'hints' | 'none'
}

export const WAREHOUSE_KINDS = {
  /** Looks at references, tells of everything, and stops what it can. */
  keyed: { id: 'keyed', requests: 'by-key', cancel: 'until-shipped', webhooks: 'whole-shipments' },
  /** Takes what it is asked for as often as it is asked; its lists are all that it tells. */
  plain: { id: 'plain', requests: 'by-read-back', cancel: 'until-working', webhooks: 'none' },
  /** The same, and nothing is stopped there. */
  deaf: { id: 'deaf', requests: 'by-read-back', cancel: false, webhooks: 'hints' },
} as const satisfies Record<string, WarehouseKind>

export type WarehouseKindName = keyof typeof WAREHOUSE_KINDS
