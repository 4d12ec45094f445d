import { inTransaction } from '@plimsoll/database'
import { updateAvailability } from '../availability/availability.ts'
import { nowOf, type SyncContext } from '../context.ts'
import { notify } from '../notify.ts'
import { tieByRules } from './accept-by-rule.ts'
import {
  countWaiting,
  findItemsKnown,
  findLook,
  findWaiting,
  forgetLooks,
  holdLook,
  leaveLook,
  readItemsToMatch,
  saveSuggestions,
  type WaitingListing,
} from './look.store.ts'
import { MatchGatherer, type MatchIndex } from './match-index.ts'
import { readRules } from './rule-book.ts'
import { askRules, type MappingRule } from './rules.ts'
import { type Ruled, suggestItems } from './suggest.ts'

/** Looked at between two breaths: a fraction of a tenth of a second, in which the process does nothing else. */
const PIECE = 250
/** Items that are read at once, for the same reason. */
const ITEMS_PER_PAGE = 1_000
/** A process that died leaves the others waiting for so long. */
const HELD_MS = 60_000
/** All is looked at anew after items changed, at most once in this time; and longer where many listings wait. */
const AGAIN_MS = 15_000
const AGAIN_MS_PER_LISTING = 1

export type LookReport = { looked: number; tied: number; problems: string[] }

/**
 * Finds what listings that nobody has looked at may sell, piece by piece, and ties those that a rule ties by itself. One
 * process at a time; another goes on where it stopped. Reads no platform.
 * @param signal ends it between two pieces
 */
export async function keepSuggestions(context: SyncContext, signal?: AbortSignal): Promise<LookReport> {
  const { database, organizationId } = context
  const db = database.kysely
  const report: LookReport = { looked: 0, tied: 0, problems: [] }
  await forgetAfterItemsChanged(context)
  if ((await findWaiting(db, organizationId, 1)).length === 0) return report
  const holder = context.uuid()
  const hold = () =>
    holdLook(db, organizationId, holder, {
      now: nowOf(context),
      until: new Date(context.clock.now() + HELD_MS),
    })
  if ((await hold()) === undefined) return report
  let done: { itemsKnown: string; at: Date } | undefined
  try {
    const itemsKnown = await findItemsKnown(db, organizationId)
    const index = await readIndex(context)
    const rules = new Map<string, MappingRule[]>()
    while (signal?.aborted !== true) {
      const waiting = await findWaiting(db, organizationId, PIECE)
      if (waiting.length === 0) {
        for (const [connectionId, known] of rules)
          report.tied += await tieByRules(context, connectionId, known)
        done = { itemsKnown, at: nowOf(context) }
        break
      }
      if ((await hold()) === undefined) return report
      await lookAt(context, { waiting, index, rules, report })
    }
  } finally {
    await leaveLook(db, organizationId, holder, done)
  }
  if (report.tied > 0) await updateAvailability(context)
  if (report.looked > 0)
    await notify(db, organizationId, { kind: 'screen', topics: ['overview', 'connections'], itemIds: [] })
  return report
}

async function readIndex({ database, organizationId }: SyncContext): Promise<MatchIndex> {
  const gatherer = new MatchGatherer()
  let after: string | undefined
  for (;;) {
    const page = await readItemsToMatch(database.kysely, organizationId, after, ITEMS_PER_PAGE)
    gatherer.add(page)
    after = page.at(-1)?.itemId
    if (page.length < ITEMS_PER_PAGE) return gatherer.toIndex()
  }
}

async function forgetAfterItemsChanged(context: SyncContext): Promise<void> {
  const { database, organizationId } = context
  const db = database.kysely
  const look = await findLook(db, organizationId)
  if (look === undefined || look.itemsKnown === null) return
  if (look.itemsKnown === (await findItemsKnown(db, organizationId))) return
  const waiting = await countWaiting(db, organizationId)
  const againAt = (look.allLookedAt?.getTime() ?? 0) + AGAIN_MS + waiting * AGAIN_MS_PER_LISTING
  if (context.clock.now() >= againAt) await forgetLooks(db, organizationId)
}

type Piece = {
  waiting: readonly WaitingListing[]
  index: MatchIndex
  /** By connection, as they are read. A rule that could not be run is not asked again in this look. */
  rules: Map<string, MappingRule[]>
  report: LookReport
}

async function lookAt(context: SyncContext, { waiting, index, rules, report }: Piece): Promise<void> {
  const { database, organizationId } = context
  const ruled = new Map<string, Ruled>()
  for (const [connectionId, listings] of Map.groupBy(waiting, (each) => each.connectionId)) {
    const known = rules.get(connectionId) ?? (await readRules(context, connectionId, 1))[0]?.rules ?? []
    rules.set(connectionId, known)
    if (known.length === 0) continue
    const { answers, problems } = await askRules(known, listings, {
      now: context.clock.now(),
      isItem: (sku) => index.bySku.has(sku),
    })
    for (const [nth, { listingId }] of listings.entries()) {
      const answer = answers[nth]
      if (answer !== undefined) ruled.set(listingId, answer)
    }
    noteProblems(context, { connectionId, known, problems, rules, report })
  }
  const looked = waiting.map((listing) => {
    const suggestions = suggestItems({ ...listing, ruled: ruled.get(listing.listingId) }, index)
    return { listing, suggestions }
  })
  await inTransaction(database, (tx) => saveSuggestions(tx, organizationId, looked))
  report.looked += waiting.length
}

/** One that hangs would hang for every piece: it is left out for this look, and said in the log. */
function noteProblems(
  context: SyncContext,
  {
    connectionId,
    known,
    problems,
    rules,
    report,
  }: {
    connectionId: string
    known: MappingRule[]
    problems: ReadonlyMap<string, string>
  } & Pick<Piece, 'rules' | 'report'>,
): void {
  const broken = [...problems].filter(([, problem]) => /took more than|ended/.test(problem))
  for (const [rule, problem] of problems) report.problems.push(`the rule "${rule}": ${problem}`)
  report.problems = [...new Set(report.problems)].slice(0, 20)
  if (broken.length === 0) return
  context.log.warn({ connectionId, rules: Object.fromEntries(broken) }, 'rules of mapping could not be run')
  rules.set(
    connectionId,
    known.filter(({ name }) => broken.every(([rule]) => rule !== name)),
  )
}
