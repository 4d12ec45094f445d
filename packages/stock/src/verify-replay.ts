import type { Balance } from './movements.ts'

/** Figures as they come from the database: on hand, reserved, held, incoming. */
export type Figures = readonly [onHand: number, reserved: number, held: number, incoming: number]
/** `month` counts the closed months that are over at the movement: 0 is the first of them. */
export type ReplayedMovement = readonly [
  organizationId: string,
  itemId: string,
  locationId: string,
  lotId: string,
  month: number,
  ...deltas: Figures,
]
/** A checkpoint at the end of a closed month, or one from which replay begins (`month` −1). */
export type ReplayedCheckpoint = ReplayedMovement
export type ReplayedBalance = readonly [
  organizationId: string,
  itemId: string,
  locationId: string,
  lotId: string,
  ...figures: Figures,
]

export type ReplayProblem = {
  kind: 'balance-differs' | 'checkpoint-differs'
  organizationId: string
  itemId: string
  locationId: string
  lotId: string
  /** Of a checkpoint: the closed month that it ends, counted as above. */
  month?: number
  /** Null where there is none. */
  stored: Balance | null
  replayed: Balance
}

const ZERO: Figures = [0, 0, 0, 0]

/**
 * Adds the movements of one item up from the beginning, one after the other, as nobody else does, and holds checkpoints
 * and balances against it. Keeps one figure per location and lot.
 */
export class ItemReplay {
  readonly #organizationId: string
  readonly #itemId: string
  readonly #closedMonths: number
  readonly #places = new Map<string, Figures>()
  readonly #checkpoints = new Map<string, Figures>()
  readonly #changed = new Set<string>()
  #month = 0
  readonly problems: ReplayProblem[] = []

  constructor(
    organizationId: string,
    itemId: string,
    closedMonths: number,
    checkpoints: readonly ReplayedCheckpoint[],
  ) {
    this.#organizationId = organizationId
    this.#itemId = itemId
    this.#closedMonths = closedMonths
    for (const [, , locationId, lotId, month, ...figures] of checkpoints) {
      if (month < 0) this.#places.set(`${locationId} ${lotId}`, figures)
      else this.#checkpoints.set(`${month} ${locationId} ${lotId}`, figures)
    }
  }

  add([, , locationId, lotId, month, onHand, reserved, held, incoming]: ReplayedMovement): void {
    if (month !== this.#month) this.#endMonth(month)
    const place = `${locationId} ${lotId}`
    const before = this.#places.get(place) ?? ZERO
    this.#places.set(place, [
      before[0] + onHand,
      before[1] + reserved,
      before[2] + held,
      before[3] + incoming,
    ])
    this.#changed.add(place)
  }

  /** @returns what is wrong with the item */
  end(balances: readonly ReplayedBalance[]): ReplayProblem[] {
    this.#endMonth(this.#closedMonths)
    // Those that no month's movements account for.
    for (const [key, stored] of this.#checkpoints) {
      const [month = '', locationId = '', lotId = ''] = key.split(' ')
      this.#tell('checkpoint-differs', `${locationId} ${lotId}`, stored, ZERO, Number(month))
    }
    const unmatched = new Map(this.#places)
    for (const [, , locationId, lotId, ...stored] of balances) {
      const place = `${locationId} ${lotId}`
      const replayed = unmatched.get(place) ?? ZERO
      unmatched.delete(place)
      if (!isSame(stored, replayed)) this.#tell('balance-differs', place, stored, replayed)
    }
    for (const [place, replayed] of unmatched) {
      if (!isSame(ZERO, replayed)) this.#tell('balance-differs', place, undefined, replayed)
    }
    return this.problems
  }

  #endMonth(next: number): void {
    if (this.#month < this.#closedMonths) {
      for (const place of this.#changed) {
        const replayed = this.#places.get(place) ?? ZERO
        const key = `${this.#month} ${place}`
        const stored = this.#checkpoints.get(key)
        this.#checkpoints.delete(key)
        if (stored === undefined || !isSame(stored, replayed)) {
          this.#tell('checkpoint-differs', place, stored, replayed, this.#month)
        }
      }
    }
    this.#changed.clear()
    this.#month = next
  }

  #tell(
    kind: ReplayProblem['kind'],
    place: string,
    stored: Figures | undefined,
    replayed: Figures,
    month?: number,
  ) {
    const [locationId = '', lotId = ''] = place.split(' ')
    this.problems.push({
      kind,
      organizationId: this.#organizationId,
      itemId: this.#itemId,
      locationId,
      lotId,
      ...(month !== undefined && { month }),
      stored: stored === undefined ? null : toBalance(stored),
      replayed: toBalance(replayed),
    })
  }
}

function isSame(one: Figures, other: Figures): boolean {
  return one[0] === other[0] && one[1] === other[1] && one[2] === other[2] && one[3] === other[3]
}

function toBalance([onHand, reserved, held, incoming]: Figures): Balance {
  return { onHand, reserved, held, incoming }
}
