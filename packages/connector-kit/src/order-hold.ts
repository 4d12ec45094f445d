/** What a platform may hold an order from being sent for, in words that all of them share. */
export const HELD_FOR = [
  /** Its payment has not arrived, or is being looked at. */
  'payment',
  /**
   * Nobody has paid yet, and the platform takes a parcel all the same: cash on delivery, a bank transfer on its way. A person may
   * send it; it goes by itself once it is paid.
   */
  'unpaid',
  'fraud',
  'address',
  /** By the platform's own count there is too little. */
  'stock',
  /** What an exchange takes back has not come yet. */
  'return',
  /** It is not known yet, or far off, when it is to leave. */
  'date',
  /** The shopper may still add to it. */
  'addition',
  /** Its buyer asked for it to be cancelled, and the seller may still refuse: a person decides, here or on the platform. */
  'cancellation',
  /** It says no more than that it is held. */
  'other',
] as const
export type HeldFor = (typeof HELD_FOR)[number]

/** One reason why a platform holds an order. People's notes on it are left out: they may name a buyer. */
export type OrderHold = {
  reason: HeldFor
  /** The platform's own word for it: `AWAITING_PAYMENT`, `on-hold`. No two holds of an order share one. */
  code: string
}

/** The declared stream that tells which orders are held and which no more, where their versions do not move by it. */
export const ORDER_HOLDS = 'order-holds'
