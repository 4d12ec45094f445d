import type { BudgetSpec, Capabilities, ConnectorError, WriteOutcome } from '@plimsoll/connector-kit'
import { callsForOneOrderRead } from '../intake/polling.ts'
import { expectedOf, mostShownOf, needsWrite } from './expected.ts'
import type { LaneCandidate } from './lane-entries.store.ts'

/**
 * What a lane does next. Pure: from the waiting levels, what the platform is, and how far its orders are
 * known, to one step. Zeros go at once, then decreases, then increases whose fence has passed (I5, I7).
 */
export type LaneStep =
  | { kind: 'idle' }
  /** These levels show what is desired, or will once the platform has done what it accepted. */
  | { kind: 'in-step'; levels: LaneCandidate[] }
  /** Nothing may be assumed of these before they are read: never confirmed, or an earlier write is unknown. */
  | { kind: 'read-back'; levels: LaneCandidate[] }
  /** An absolute write would erase sales not seen yet: read orders first. */
  | { kind: 'read-orders' }
  /** The platform shows orders late: reading them proves enough only from then on. */
  | { kind: 'wait'; until: Date }
  /** The orders cannot be read before then, and without them no level can be read back. */
  | { kind: 'wait-to-read'; until: Date }
  | { kind: 'write'; writes: PlannedWrite[] }

export type PlannedWrite = {
  candidate: LaneCandidate
  direction: 'zero' | 'decrease' | 'increase'
  quantity: number
  expected: number | undefined
  /** An absolute decrease that went out without reading orders, to be faster: a risk taken, counted. */
  unfenced: boolean
}

export type LaneWorld = {
  capabilities: Pick<Capabilities, 'writeStyle' | 'batchMax' | 'visibilityLagMs'>
  now: Date
  /** Up to then every order is known; undefined before the first read. */
  fenceAt: Date | undefined
  /** When the last complete read of the orders began. It moves the fence, unless one of them must be read by itself. */
  readAt: Date | undefined
  /** Orders read before then are out of date by now: their platform may have sold since. */
  freshFrom: Date
  /** False while a call of the lease's former holder may still act: then nothing is raised. */
  mayRaise: boolean
  /** True when reading orders now would delay a decrease beyond the configured time. */
  readTooSlow: boolean
  /** Their own limit lets nobody ask for orders before then; undefined: soon enough to wait for. */
  ordersFrom?: Date | undefined
  /** So many levels are read back for one read of the orders, without which they say nothing; undefined: a batch. */
  readBackMax?: number | undefined
  /** Lowered after a batch was refused whole, so that one bad row cannot hold up the others. */
  batchLimit: number
  /** So many increases go together in the platform's slow way, from so many on; undefined: it has none, or it is shut now. */
  bulk?: { from: number; max: number } | undefined
}

/** How many levels are worth reading back for one read of the orders. */
export function readBackMax(
  manifest: { capabilities: Pick<Capabilities, 'batchMax'>; budgets: readonly BudgetSpec[] },
  everyMs: number,
): number {
  return manifest.capabilities.batchMax * callsForOneOrderRead(manifest.budgets, everyMs)
}

export function decideLaneStep(candidates: readonly LaneCandidate[], world: LaneWorld): LaneStep {
  if (candidates.length === 0) return { kind: 'idle' }
  const inStep = candidates.filter((each) => !each.hasUnknownWrite && !needsWrite(each, each.desired))
  if (inStep.length > 0) return { kind: 'in-step', levels: inStep }

  const limit = Math.max(1, Math.min(world.batchLimit, world.capabilities.batchMax))
  // A zero needs no knowledge of the platform's number: it is never wrong to sell nothing.
  const zeros = candidates.filter((each) => each.desired === 0 && !needsReading(each))
  if (zeros.length > 0 && !isGuarded(world)) return toWrites(zeros, limit, () => false)

  const unread = candidates.filter(needsReading)
  const { ordersFrom, readBackMax: most = world.capabilities.batchMax } = world
  if (unread.length > 0 && ordersFrom === undefined)
    return { kind: 'read-back', levels: unread.slice(0, most) }

  // Where the orders cannot be read yet no reading says anything: what is known is lowered meanwhile.
  const decreases = candidates.filter((each) => !needsReading(each) && isDecrease(each))
  if (decreases.length > 0) return decideDecreases(decreases, world, limit)
  if (unread.length > 0 && ordersFrom !== undefined) return { kind: 'wait-to-read', until: ordersFrom }
  return decideIncreases(candidates, world, limit)
}

/**
 * A decrease waits for a read of the orders that began after what caused it, not for those orders that must be
 * read by themselves: that would be a risk the other way.
 */
function decideDecreases(decreases: readonly LaneCandidate[], world: LaneWorld, limit: number): LaneStep {
  if (isGuarded(world)) return toWrites(decreases, limit, () => false)
  const batch = decreases.slice(0, limit)
  const isRead = (each: LaneCandidate) => isReadSince(each.causedAt, world, world.readAt)
  if (!world.readTooSlow && !batch.every(isRead)) return { kind: 'read-orders' }
  return toWrites(batch, limit, (each) => !isReadSince(each.causedAt, world, provenBy(world)))
}

/** A raise waits until all orders are known up to the moment that allowed it; what need not wait goes first. */
function decideIncreases(increases: readonly LaneCandidate[], world: LaneWorld, limit: number): LaneStep {
  if (!world.mayRaise) return { kind: 'idle' }
  const { bulk, batchLimit, capabilities } = world
  // A batch that was refused whole is being taken apart: not in a file of thousands.
  const isBulk = bulk !== undefined && increases.length >= bulk.from && batchLimit >= capabilities.batchMax
  return raise(increases, world, isBulk ? Math.max(limit, bulk.max) : limit)
}

/**
 * Increases that go in the platform's slow way although decreases wait: it has limits of its own, so that thousands need not wait
 * until the last of thousands is lowered. Those alone of which all is known.
 * @returns none where it is shut, or fewer than are worth it may go
 */
export function decideBulkRaise(candidates: readonly LaneCandidate[], world: LaneWorld): PlannedWrite[] {
  const { bulk, batchLimit, capabilities } = world
  if (bulk === undefined || !world.mayRaise || batchLimit < capabilities.batchMax) return []
  const raised = candidates.filter(
    (each) =>
      !needsReading(each) &&
      !isDecrease(each) &&
      needsWrite(each, each.desired) &&
      (isGuarded(world) || isFenced(each, world)),
  )
  if (raised.length < bulk.from) return []
  return planWrites(raised, bulk.max, () => false)
}

function raise(increases: readonly LaneCandidate[], world: LaneWorld, limit: number): LaneStep {
  if (isGuarded(world)) return toWrites(increases, limit, () => false)
  const batch = increases.slice(0, limit)
  const unfenced = batch.filter((each) => !isFenced(each, world))
  if (unfenced.length === 0) return toWrites(batch, limit, () => false)
  const provableAt = unfenced.map((each) => each.raisedAt.getTime() + world.capabilities.visibilityLagMs)
  if (Math.max(...provableAt) <= world.now.getTime()) return { kind: 'read-orders' }
  const fenced = batch.filter((each) => isFenced(each, world))
  if (fenced.length > 0) return toWrites(fenced, limit, () => false)
  const first = Math.min(...provableAt)
  return first <= world.now.getTime() ? { kind: 'read-orders' } : { kind: 'wait', until: new Date(first) }
}

/** Compare-and-set refuses by itself to erase a sale that the hub has not seen. */
function isGuarded(world: LaneWorld): boolean {
  return world.capabilities.writeStyle === 'compare-and-set'
}

/** The read that the fence rests on. */
function provenBy(world: LaneWorld): Date | undefined {
  if (world.fenceAt === undefined) return undefined
  return new Date(world.fenceAt.getTime() + world.capabilities.visibilityLagMs)
}

/** The orders were read since then, and not long ago. */
function isReadSince(moment: Date, world: LaneWorld, readAt: Date | undefined): boolean {
  return readAt !== undefined && readAt >= moment && readAt >= world.freshFrom
}

/**
 * All orders are known up to the moment that allowed this raise, and were read after it was worked out. Under the load line
 * a grant covers what may have been sold unseen.
 */
function isFenced(candidate: LaneCandidate, world: LaneWorld): boolean {
  if (candidate.isDealt) return true
  if (world.fenceAt === undefined || world.fenceAt < candidate.raisedAt) return false
  return isReadSince(candidate.desiredAt, world, provenBy(world))
}

/** None of these goes in a batch of decreases: more of their kind may be worth a look. */
export function isNoneLowered(candidates: readonly LaneCandidate[]): boolean {
  return candidates.every((each) => needsReading(each) || !isDecrease(each))
}

function needsReading(candidate: LaneCandidate): boolean {
  return candidate.hasUnknownWrite || expectedOf(candidate) === undefined
}

function isDecrease(candidate: LaneCandidate): boolean {
  const mostShown = mostShownOf(candidate)
  return candidate.desired === 0 || (mostShown !== undefined && candidate.desired < mostShown)
}

function toWrites(
  candidates: readonly LaneCandidate[],
  limit: number,
  isUnfenced: (candidate: LaneCandidate) => boolean,
): LaneStep {
  return { kind: 'write', writes: planWrites(candidates, limit, isUnfenced) }
}

function planWrites(
  candidates: readonly LaneCandidate[],
  limit: number,
  isUnfenced: (candidate: LaneCandidate) => boolean,
): PlannedWrite[] {
  return candidates.slice(0, limit).map((candidate) => ({
    candidate,
    direction: candidate.desired === 0 ? 'zero' : isDecrease(candidate) ? 'decrease' : 'increase',
    quantity: candidate.desired,
    expected: expectedOf(candidate),
    unfenced: isUnfenced(candidate),
  }))
}

/** What one write's outcome means for its level and its place in the queue. */
export type Settlement =
  /** The platform echoes this quantity: it is the new acknowledged one, whatever was sent. */
  | { kind: 'acknowledged'; quantity: number; asWanted: boolean }
  /** Taken; the outcome is asked for later. */
  | { kind: 'accepted'; ticket: string }
  /** Compare-and-set lost: a sale is unseen. Read orders, work it out again. */
  | { kind: 'conflict'; error: ConnectorError }
  /** This row will not be taken as it is: park it, go on with the others. */
  | { kind: 'refused'; error: ConnectorError }
  /** It was not carried out; it waits again. */
  | { kind: 'again' }
  /** Nobody knows whether it was carried out: read it back. */
  | { kind: 'unknown'; error: ConnectorError }

export function decideSettlement(write: { quantity: number }, outcome: WriteOutcome): Settlement {
  switch (outcome.kind) {
    case 'applied':
      return {
        kind: 'acknowledged',
        quantity: outcome.quantity,
        asWanted: outcome.quantity === write.quantity,
      }
    case 'accepted':
      return { kind: 'accepted', ticket: outcome.ticket }
    case 'untouched':
      return { kind: 'again' }
    case 'refused':
      switch (outcome.error.kind) {
        case 'conflict':
          return { kind: 'conflict', error: outcome.error }
        case 'malformed':
        case 'unavailable':
          return mayHaveActed(outcome.error) ? { kind: 'unknown', error: outcome.error } : { kind: 'again' }
        case 'rate-limited':
          return { kind: 'again' }
        case 'invalid':
        case 'not-found':
        case 'forbidden':
        case 'unauthorized':
          return { kind: 'refused', error: outcome.error }
        default: {
          const never: never = outcome.error.kind
          return never
        }
      }
    default: {
      const never: never = outcome
      return never
    }
  }
}

/** What a call that failed as a whole means for every write in it. */
export type FailedCall =
  | { kind: 'again'; pause: boolean }
  | { kind: 'unknown' }
  | { kind: 'split' }
  | { kind: 'refused' }

export function decideFailedCall(error: ConnectorError, writes: number): FailedCall {
  switch (error.kind) {
    case 'rate-limited':
      return { kind: 'again', pause: false }
    case 'unavailable':
    case 'malformed':
      return mayHaveActed(error) ? { kind: 'unknown' } : { kind: 'again', pause: false }
    case 'unauthorized':
    case 'forbidden':
      return { kind: 'again', pause: true }
    case 'invalid':
    case 'not-found':
    case 'conflict':
      return writes > 1 ? { kind: 'split' } : { kind: 'refused' }
    default: {
      const never: never = error.kind
      return never
    }
  }
}

/** False only where the error itself says that the request surely never left. */
function mayHaveActed(error: ConnectorError & { sent?: boolean }): boolean {
  return error.sent !== false
}
