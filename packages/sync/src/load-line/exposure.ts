import type { Capabilities } from '@plimsoll/connector-kit'

/**
 * Exposure: an upper bound of what a platform could still sell from one level without the hub knowing, in listing
 * units. It counts both what has been sold and not been seen yet, and what is still there to be sold.
 *
 * `older` bounds what the platform could sell before its present quantity took effect. It is void once every order
 * up to `olderUntil` is known: whatever was sold of it has been seen by then. `current` bounds what it could sell
 * since. Writes that are under way come on top (`exposureOf`). The statements that keep it are those of
 * `exposure.store.ts` and `levels.store.ts`; a property holds them to what stands here, and this to a platform.
 */
export type Exposure = {
  /** Null: no bound is known. */
  older: number | null
  /** Null: no moment is known from which a complete read of the orders voids it. */
  olderUntil: Date | null
  current: number
  /** The platform surely counted from `current` by then; our clock. */
  from: Date | null
}

/**
 * Nothing has ever been confirmed: it may sell any number. So it is again once the platform says that it does not count, with
 * the moment too that a read of the orders could pass: what it would void is not all that may have been sold.
 */
export const UNBOUNDED: Exposure = { older: null, olderUntil: null, current: 0, from: null }

/**
 * `guarded`: a write takes effect only where the platform shows what the hub expects of it (compare-and-set): it lets as
 * many units more be sold as it writes more than that, whatever has been sold unseen. `blind`: it erases whatever was sold
 * unseen, and lets all that it writes be sold.
 */
export type WriteEffect = 'guarded' | 'blind'

export function writeEffectOf({ writeStyle }: Pick<Capabilities, 'writeStyle'>): WriteEffect {
  return writeStyle === 'compare-and-set' ? 'guarded' : 'blind'
}

/**
 * A quantity that the platform came to show between two moments.
 * @param givenBack units that the hub learned in between to have been put back there: they may have come on top
 */
export type Shown = { quantity: number; givenBack: number; at: Date }

/** A quantity that was sent. `expected`: acts only where the platform shows that; undefined: wherever it comes. */
export type Written = Pick<Shown, 'quantity' | 'givenBack'> & { expected: number | undefined }

/**
 * The bound, with writes that are under way: sent, accepted, or of unknown outcome.
 * @returns undefined where there is none
 */
export function exposureOf(
  { older, current }: Pick<Exposure, 'older' | 'current'>,
  underWay: readonly Written[],
  effect: WriteEffect,
): number | undefined {
  if (older === null) return undefined
  return underWay.reduce((sum, write) => sum + mostAddedBy(write, effect), older + current)
}

/**
 * Units that may be sold on top of what might be before, where a write takes effect. What came back since it was sent is
 * counted once already, in what might be before.
 */
function mostAddedBy({ quantity, expected }: Omit<Written, 'givenBack'>, effect: WriteEffect): number {
  // Where a platform shows less than nothing, nothing is sold.
  if (effect === 'blind' || expected === undefined) return Math.max(0, quantity)
  return Math.max(0, quantity - Math.max(0, expected))
}

/**
 * What may be sold in all stays as it is, whatever is learned of where it lies: of it so much at most since the present
 * quantity took effect.
 */
function splitInto(total: number, most: number): Pick<Exposure, 'older' | 'current'> {
  const current = Math.min(most, total)
  return { current, older: total - current }
}

/** The platform confirmed that it shows a quantity, which it began to do before `at`. */
export function afterApplied(
  { older, current }: Exposure,
  { at, ...written }: Written & Pick<Shown, 'at'>,
  effect: WriteEffect,
): Exposure {
  const { quantity, givenBack, expected } = written
  // What the hub learned of meanwhile is taken off neither: it may have been sold before the write or after.
  const shown = quantity + givenBack
  const counted = { olderUntil: at, from: at }
  if (older === null) return { ...counted, older, current: shown }
  // Where it found what was expected, of what could be sold before so much was not sold.
  const unsold = effect === 'blind' || expected === undefined ? 0 : Math.max(0, expected)
  return { ...counted, ...splitInto(Math.max(0, older + current - unsold + quantity), shown) }
}

/**
 * A write of which nobody knows whether or when it acted can act no more after `at`; or it did act, and nobody knows
 * whether before or after a later one. What the platform counts from is the one quantity or the other.
 */
export function afterUncertain(
  exposure: Exposure,
  { at, ...written }: Written & Pick<Shown, 'at'>,
  effect: WriteEffect,
): Exposure {
  const { older, current, from } = exposure
  // It may never have acted, and what else the platform counts from nobody knows.
  if (from === null && older === null) return exposure
  const greatest = Math.max(current, written.quantity + written.givenBack)
  const counted = { olderUntil: at, from: at }
  if (older === null) return { ...counted, older, current: greatest }
  return { ...counted, ...splitInto(older + current + mostAddedBy(written, effect), greatest) }
}

/**
 * A quantity was read while no write was under way, before `at`.
 * @param reading.isFenced every order up to then is known
 * @param reading.boundBefore what it could have shown at most when it was asked for, before the hub learned of sales and of
 * what came back since: more was put there by somebody; undefined: as the bound is now
 */
export function afterReading(
  exposure: Exposure,
  {
    quantity,
    givenBack,
    at,
    isFenced,
    boundBefore,
  }: Shown & { isFenced: boolean; boundBefore?: number | undefined },
): Exposure {
  const bound = exposure.older === null ? undefined : exposure.older + exposure.current
  // Nobody has put more there, so that the bound holds: what came back is a part of it, in what was read or on top.
  const isWithin =
    bound !== undefined && quantity <= (boundBefore === undefined ? bound : boundBefore + givenBack)
  const shown = isWithin ? Math.min(bound, quantity + givenBack) : quantity + givenBack
  const counted = { olderUntil: at, current: shown, from: at }
  // What came back after the reading may be on top of what was read, and hide as many units sold unseen.
  if (isFenced) return { ...counted, older: isWithin ? Math.min(givenBack, bound - shown) : givenBack }
  // Nothing new. Taken for the beginning of something, a look every few seconds would put the fence off for ever.
  if (exposure.from !== null && shown === exposure.current) return exposure
  // Nor is anything known of one that was not there before: it may have sold since it came to be.
  if (bound === undefined || exposure.from === null) return { ...counted, older: null }
  // What is not there may have been sold unseen.
  return { ...counted, older: isWithin ? bound - shown : bound + givenBack }
}

/**
 * The hub learned of orders of its own channel that moved the platform's number. An order that was placed and
 * cancelled before the hub saw it has done both: its sale may lie before the present quantity, and what it gave back
 * after.
 * @param moved.sold units that the platform took off; `notBefore`: surely not before then, by our clock
 * @param moved.givenBack units that it put back, whenever that was
 */
export function afterOrders(
  exposure: Exposure,
  { sold, givenBack, notBefore }: { sold: number; givenBack: number; notBefore: Date | undefined },
): Exposure {
  const { older, current, from } = exposure
  const isSurelyLater = notBefore !== undefined && from !== null && notBefore > from
  // Of what there is no bound nothing needs to be taken off.
  const ofOlder = isSurelyLater ? 0 : older === null ? sold : Math.min(sold, older)
  return {
    ...exposure,
    older: older === null ? null : older - ofOlder,
    current: Math.max(0, current + givenBack - (sold - ofOlder)),
  }
}

/** Every order up to `fenceAt` is known. */
export function afterFence(exposure: Exposure, fenceAt: Date): Exposure {
  if (exposure.olderUntil === null || fenceAt < exposure.olderUntil) return exposure
  return { ...exposure, older: 0 }
}
