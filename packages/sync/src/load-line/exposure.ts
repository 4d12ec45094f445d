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

/** Nothing has ever been confirmed: it may sell any number. */
export const UNBOUNDED: Exposure = { older: null, olderUntil: null, current: 0, from: null }

/**
 * `guarded`: a write takes effect only where the platform shows what the hub expects of it (compare-and-set), which
 * proves that nothing was sold unseen. `blind`: it erases whatever was sold unseen, and lets it be sold again.
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

/**
 * The bound, with writes that are under way: sent, accepted, or of unknown outcome.
 * @returns undefined where there is none
 */
export function exposureOf(
  { older, current }: Pick<Exposure, 'older' | 'current'>,
  underWay: readonly Pick<Shown, 'quantity' | 'givenBack'>[],
  effect: WriteEffect,
): number | undefined {
  if (older === null) return undefined
  // To write nothing lets nothing be sold.
  const mayShow = underWay.map(({ quantity, givenBack }) => quantity + givenBack).filter((units) => units > 0)
  const [only, ...others] = mayShow
  // One guarded write either finds what the hub expects, hence nothing sold unseen, or does nothing. Of several each
  // may find what another left, all of it sold unseen in between.
  if (effect === 'guarded' && only !== undefined && others.length === 0)
    return older + Math.max(current, only)
  return older + current + mayShow.reduce((sum, quantity) => sum + quantity, 0)
}

/** The platform confirmed that it shows a quantity, which it began to do before `at`. */
export function afterApplied(
  exposure: Exposure,
  { quantity, givenBack, at }: Shown,
  effect: WriteEffect,
): Exposure {
  const { older, current } = exposure
  // What the hub learned of meanwhile is taken off neither: it may have been sold before the write or after.
  return {
    older: older === null || effect === 'guarded' ? older : older + current,
    olderUntil: at,
    current: quantity + givenBack,
    from: at,
  }
}

/**
 * A write of which nobody knows whether or when it acted can act no more after `at`; or it did act, and nobody knows
 * whether before or after a later one. What the platform counts from is the one quantity or the other.
 */
export function afterUncertain(exposure: Exposure, { quantity, givenBack, at }: Shown): Exposure {
  const { older, current, from } = exposure
  // It may never have acted, and what else the platform counts from nobody knows.
  if (from === null) return exposure
  const shown = quantity + givenBack
  return {
    older: older === null ? null : older + Math.min(current, shown),
    olderUntil: at,
    current: Math.max(current, shown),
    from: at,
  }
}

/**
 * A quantity was read while no write was under way, before `at`.
 * @param isFenced every order up to then is known
 */
export function afterReading(
  exposure: Exposure,
  { quantity, givenBack, at, isFenced }: Shown & { isFenced: boolean },
): Exposure {
  const shown = quantity + givenBack
  const counted = { olderUntil: at, current: shown, from: at }
  // What came back after the reading hides as many units sold unseen from a guarded write: it expects what was read.
  if (isFenced) return { ...counted, older: givenBack }
  // Nothing new. Taken for the beginning of something, a look every few seconds would put the fence off for ever.
  if (exposure.from !== null && shown === exposure.current) return exposure
  if (exposure.older === null) return { ...counted, older: null }
  const bound = exposure.older + exposure.current
  // The bound is the same as before, so what is not there may have been sold unseen. Somebody may have put more there.
  return { ...counted, older: (shown <= bound ? bound - shown : bound) + givenBack }
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
