/**
 * What a channel has agreed on with a customer who is to send units of an order back (an RMA), as it stands. Nothing is on its
 * way or on hand by that: somebody looks at what comes, and says what became of it.
 */
export type AnnouncedReturn = {
  /** Never another return's, and never another of the same one. */
  externalId: string
  /** What the customer was given, and may write on the parcel. */
  number: string
  orderExternalId: string
  /**
   * `announced`: units are expected. `cancelled`: they are not any more. `closed`: for the channel it is over; the hub makes no
   * new return of it, and goes on waiting for what it has known before.
   */
  state: 'announced' | 'cancelled' | 'closed'
  /** Orders its states: larger is newer. Undefined: the channel gives none, and what it said last counts. */
  version: number | undefined
  /** Listing units that are expected back, more than 0; what a customer may keep is left out. No line twice. */
  lines: { lineExternalId: string; units: number }[]
}

/** The declared stream that tells returns which customers were granted. */
export const ANNOUNCED_RETURNS = 'announced-returns'
