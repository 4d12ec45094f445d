import {
  type ConnectorError,
  type Http,
  Invalid,
  isConnectorError,
  type LevelWrite,
  Malformed,
  RateLimited,
  Unavailable,
  type WriteOptions,
  type WriteOutcome,
} from '@plimsoll/connector-kit'
import type { InventoryItem } from './answers.ts'
import { createTask, FEED_FROM, FEED_MAX, isFeedOpen, toAccepted, uploadFile } from './feeds.ts'
import { rowsMax } from './inventory.ts'
import {
  type ItemWrite,
  type OfferWrite,
  sortWrites,
  toChains,
  toOfferOutcome,
  toProvenOutcome,
  toQuantityRequest,
  whyUnwritable,
} from './level-writes.ts'
import type { Reading } from './listings.ts'
import { toRequests } from './quantity-feed.ts'
import { proveTaken, reviseItems, type Taken } from './revise-items.ts'
import type { Transport } from './transport.ts'

/** What is found out about the account while the connection is open. */
export type WritingState = {
  /** eBay's documents contradict each other: one SKU a call, or 25. Tried with 25, one where eBay refuses that. */
  skusPerCall: number
}

export type Writing = Reading & {
  http: Http
  state: WritingState
  transport: Transport
  siteId: number
  uuid(): string
  urgency: WriteOptions['urgency']
}

type Settled = { outcomes: WriteOutcome[] } | { writes: LevelWrite[]; error: ConnectorError }

/**
 * Sends quantities, each in its world. The Inventory API's calls go one after the other, since it refuses two that
 * touch one group of variations at once; the Trading API's beside them.
 * @throws what the first failing call threw, unless it surely changed nothing and another succeeded
 */
export async function setLevels(writes: readonly LevelWrite[], writing: Writing): Promise<WriteOutcome[]> {
  const { refused, ...sorted } = sortWrites(writes)
  const { offers, items, fed, later } = decideWays(sorted, {
    urgency: writing.urgency,
    isFeedOpen: isFeedOpen(writing.http),
  })
  const settled = (
    await Promise.all([writeOffers(offers, writing), writeItems(items, writing), feedItems(fed, writing)])
  ).flat()
  const outcomes = [
    ...refused,
    ...later.map(({ writeId }): WriteOutcome => ({ writeId, kind: 'untouched' })),
    ...settled.flatMap((each) => ('outcomes' in each ? each.outcomes : [])),
  ]
  const failures = settled.flatMap((each) => ('error' in each ? [each] : []))
  const [first] = failures
  if (first === undefined) return outcomes
  const unknown = failures.find(({ error }) => !surelyChangedNothing(error))
  if (unknown !== undefined) throw unknown.error
  // Nothing was done at all: the caller decides by the error (waits, splits, stops).
  if (outcomes.every(({ kind }) => kind === 'refused' || kind === 'untouched')) throw first.error
  // What was done must be told; the rest waits again, and meets the error alone next time.
  return [
    ...outcomes,
    ...failures.flatMap(({ writes: left }) =>
      left.map(({ writeId }): WriteOutcome => ({ writeId, kind: 'untouched' })),
    ),
  ]
}

/**
 * Many increases of listings of other tools go as one file; the Inventory API has no feed that may write its own, so that
 * of those only a call's worth goes now. Pure.
 */
export function decideWays(
  { offers, items }: { offers: readonly OfferWrite[]; items: readonly ItemWrite[] },
  { urgency, isFeedOpen: isOpen }: { urgency: WriteOptions['urgency']; isFeedOpen: boolean },
): {
  offers: readonly OfferWrite[]
  items: readonly ItemWrite[]
  fed: readonly ItemWrite[]
  later: LevelWrite[]
} {
  if (urgency !== 'increase') return { offers, items, fed: [], later: [] }
  const isFed = isOpen && items.length >= FEED_FROM
  const fed = isFed ? items.slice(0, FEED_MAX) : []
  const singly = isFed ? [] : items.slice(0, rowsMax)
  const later = [...offers.slice(rowsMax), ...items.slice(isFed ? fed.length : singly.length)]
  return { offers: offers.slice(0, rowsMax), items: singly, fed, later: later.map(({ write }) => write) }
}

async function feedItems(items: readonly ItemWrite[], writing: Writing): Promise<Settled[]> {
  if (items.length === 0) return []
  const writes = items.map(({ write }) => write)
  const { active, siteId, uuid } = writing
  let taskId: string
  try {
    taskId = await createTask(writing)
  } catch (error) {
    if (!isConnectorError(error)) throw error
    // A task without its file does nothing.
    return [{ writes, error: toUnsent(error) }]
  }
  active.forget(items.map(({ unit }) => unit.itemId))
  const requests = toRequests(items)
  const about = { taskId, siteId, boundary: `plimsoll-${uuid()}` }
  const accepted = toAccepted(requests, taskId)
  const sent = await settle(items, async () => {
    await uploadFile(requests, about, writing)
    return accepted
  })
  // Whether a file came whose answer was lost is what the task is asked about anyway.
  return ['error' in sent && !surelyChangedNothing(sent.error) ? { outcomes: accepted } : sent]
}

async function writeOffers(offers: readonly OfferWrite[], writing: Writing): Promise<Settled[]> {
  if (offers.length === 0) return []
  const { facts, signal } = writing
  const settled: Settled[] = []
  try {
    const skus = [...new Set(offers.map(({ unit }) => unit.sku))]
    const known = await facts.of(skus, 'setLevels', { signal })
    const possible = offers.filter((each) => {
      const error = whyUnwritable(each, known.get(each.unit.sku))
      if (error === undefined) return true
      facts.forget(each.unit.sku)
      settled.push({ outcomes: [{ writeId: each.write.writeId, kind: 'refused', error }] })
      return false
    })
    settled.push(...(await writeKnown(possible, writing)))
  } catch (error) {
    if (!isConnectorError(error)) throw error
    // Only reading has failed: nothing was written.
    settled.push({ writes: offers.map(({ write }) => write), error: toUnsent(error) })
  }
  return settled
}

async function writeKnown(offers: readonly OfferWrite[], writing: Writing): Promise<Settled[]> {
  const settled: Settled[] = []
  for (let left = [...offers]; left.length > 0; ) {
    const call = takeCall(left, writing.state.skusPerCall)
    const one = await settle(call, () => writeCall(call, writing))
    if ('error' in one && isAboutCount(one.error) && call.length > 1) {
      writing.state.skusPerCall = 1
      continue
    }
    settled.push(one)
    left = left.filter((each) => !call.includes(each))
    if ('outcomes' in one) continue
    // Whoever is throttled or cut off would be so again.
    if (left.length > 0) settled.push({ writes: left.map(({ write }) => write), error: toUnsent(one.error) })
    break
  }
  return settled
}

/** The first so many with a SKU each of its own. */
function takeCall(offers: readonly OfferWrite[], most: number): OfferWrite[] {
  const seen = new Set<string>()
  return offers
    .filter(({ unit }) => {
      if (seen.has(unit.sku)) return false
      seen.add(unit.sku)
      return true
    })
    .slice(0, Math.min(most, rowsMax))
}

async function writeCall(
  call: readonly OfferWrite[],
  { inventory, facts, signal }: Writing,
): Promise<WriteOutcome[]> {
  const known = await facts.of(
    call.map(({ unit }) => unit.sku),
    'setLevels',
    { signal },
  )
  const rows = call.flatMap((each) => {
    const found = known.get(each.unit.sku)
    return found === undefined ? [] : [{ each, found }]
  })
  const { data } = await inventory.setQuantities(
    rows.map(({ each, found }) => toQuantityRequest(found, each.write.quantity)),
    { signal },
  )
  const outcomes = rows.map(({ each, found }) => {
    const outcome = toOfferOutcome(each, found, data.responses)
    if (outcome.kind !== 'applied') facts.forget(found.sku)
    return outcome
  })
  const taken = rows.filter((_, at) => outcomes[at]?.kind === 'applied')
  const shown = await readShown(
    taken.map(({ found }) => found.sku),
    { inventory, signal },
  )
  return rows.map(({ each, found }, at) => {
    const outcome = outcomes[at]
    if (outcome === undefined) throw new Error('there is one for each')
    const item = shown.get(found.sku)
    return outcome.kind === 'applied'
      ? toProvenOutcome(each.write, item?.availability?.shipToLocationAvailability?.quantity)
      : outcome
  })
}

/**
 * What eBay shows of what it took: it answers a write by a status, which proves nothing (I12). Where that cannot be read
 * the writes are unknown, and the levels are read later.
 */
async function readShown(
  skus: readonly string[],
  { inventory, signal }: Pick<Writing, 'inventory' | 'signal'>,
): Promise<ReadonlyMap<string, InventoryItem>> {
  if (skus.length === 0) return new Map()
  try {
    return await inventory.itemsBySku(skus, 'setLevels', { signal })
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return new Map()
  }
}

/** 25709 and 25727 where a call has more SKUs than eBay takes. */
function isAboutCount(error: ConnectorError): boolean {
  return error instanceof Invalid && (error.platform.code === '25709' || error.platform.code === '25727')
}

async function writeItems(items: readonly ItemWrite[], writing: Writing): Promise<Settled[]> {
  if (items.length === 0) return []
  const waitMs = writing.http.budgets.readyInMs({ cost: 1, priority: 0, operation: 'setLevels.trading' })
  if (waitMs > longWaitMs) {
    // A day's calls are spent: waiting for them here would keep the other world's writes waiting too.
    const error = new RateLimited('The Trading API’s calls of the day are spent.', waitMs)
    return [{ writes: items.map(({ write }) => write), error }]
  }
  const taken: Taken[] = []
  const chains = toChains(items).map(async (chain) => {
    const settled: Settled[] = []
    for (const [at, call] of chain.entries()) {
      const one = await settle(call, async () => {
        const told = await reviseItems(call, writing)
        taken.push(...told.filter((each) => each.kind === 'taken'))
        return told.filter((each) => each.kind !== 'taken')
      })
      settled.push(one)
      if ('outcomes' in one) continue
      const rest = chain.slice(at + 1).flat()
      if (rest.length > 0)
        settled.push({ writes: rest.map(({ write }) => write), error: toUnsent(one.error) })
      break
    }
    return settled
  })
  const settled = (await Promise.all(chains)).flat()
  // Together, and once nothing of them is written any more: many cost a page of the active list each two hundred.
  return [...settled, { outcomes: await proveTaken(taken, writing) }]
}

/** Beyond this an operation's own limit counts as closed. */
const longWaitMs = 2_000

async function settle(
  call: readonly { write: LevelWrite }[],
  send: () => Promise<WriteOutcome[]>,
): Promise<Settled> {
  try {
    return { outcomes: await send() }
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return { writes: call.map(({ write }) => write), error }
  }
}

/** The same failure, of what was surely not sent. */
function toUnsent(error: ConnectorError): ConnectorError {
  if (error instanceof Unavailable) return new Unavailable(error.message, false, error.platform)
  if (error instanceof Malformed) return new Malformed(error.message, error.body, false, error.platform)
  return error
}

/** After these eBay has not begun. After any other a part of the call may be written. */
function surelyChangedNothing(error: ConnectorError): boolean {
  switch (error.kind) {
    case 'rate-limited':
    case 'unauthorized':
    case 'forbidden':
    case 'invalid':
    case 'not-found':
    case 'conflict':
      return true
    case 'unavailable':
    case 'malformed':
      return 'sent' in error && error.sent === false
    default: {
      const never: never = error.kind
      return never
    }
  }
}
