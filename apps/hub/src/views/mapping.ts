import type {
  MappingConflicts,
  MappingListing,
  MappingOverview,
  MappingPage,
  MappingPreview,
  MappingRules,
  MappingTrial,
} from '@plimsoll/client'
import { isUuid } from '@plimsoll/stock'
import {
  type AcceptancePreview,
  CONFLICT_KINDS,
  type ConflictKind,
  countMappings,
  explainConflict,
  findConflicts,
  findConnectionId,
  findMappedListings,
  listRuleVersions,
  type MappedListing,
  type MappingState,
  type RuleVersion,
  readLastAcceptance,
  ruleProblemInChinese,
  type Sureness,
  type SyncContext,
  saveRules,
  sayReason,
  tryRule,
} from '@plimsoll/sync'

/** How many listings wait, and what can be taken back. */
export async function readMappingOverview(context: SyncContext): Promise<MappingOverview> {
  const [counts, last] = await Promise.all([
    countMappings(context.database.kysely, context.organizationId),
    readLastAcceptance(context),
  ])
  return {
    counts,
    last: last === undefined ? null : { ...last, acceptedAt: last.acceptedAt.toISOString() },
  }
}

export type MappingListQuery = {
  state: MappingState
  sureness?: Sureness | undefined
  /** By id or name. */
  connection?: string | undefined
  search?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** Listings as the mapping of them stands, those that wait the surest first. */
export async function listMappings(context: SyncContext, query: MappingListQuery): Promise<MappingPage> {
  const { connection, state, sureness, search, cursor, limit } = query
  const connectionId = connection === undefined ? undefined : await findConnectionId(context, connection)
  const found = await findMappedListings(context.database.kysely, context.organizationId, {
    state,
    sureness,
    search,
    connectionId,
    cursor: cursor === undefined ? undefined : readMappingCursor(cursor),
    limit: limit + 1,
  })
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  const next = found.length > limit && last !== undefined ? `${last.suggested}.${last.listingId}` : null
  return { rows: rows.map(toListing), next }
}

/** Where the page before ended; undefined for what is no cursor. */
export function readMappingCursor(text: string): { suggested: number; listingId: string } | undefined {
  const [, suggested, listingId = ''] = /^(-?\d)\.([0-9a-f-]{36})$/.exec(text) ?? []
  return suggested === undefined || !isUuid(listingId)
    ? undefined
    : { suggested: Number(suggested), listingId }
}

function toListing(row: MappedListing): MappingListing {
  const { itemSku, itemName, ignoredAt, ignoredBecause, ignoredBy, suggested, suggestions, ...rest } = row
  return {
    ...rest,
    item: itemSku === null ? null : { sku: itemSku, name: itemName ?? '' },
    ignored:
      ignoredAt === null
        ? null
        : { because: ignoredBecause ?? '', by: ignoredBy ?? '', at: ignoredAt.toISOString() },
    isLooked: suggested >= 0,
    suggestions: suggestions.map(({ reasons, ...each }) => ({
      ...each,
      reasons: reasons.map((reason) => ({ ...reason, text: sayReason(reason) })),
    })),
  }
}

/** Rows of a preview that are answered; its totals are of all. */
const PREVIEW_ROWS = 200

export function toPreviewAnswer(preview: AcceptancePreview): MappingPreview {
  const by = ({ shows, willShow }: AcceptancePreview['rows'][number]) =>
    willShow === null
      ? -1
      : Math.abs(willShow - (shows ?? 0)) + (willShow === 0 && (shows ?? 0) > 0 ? 1e9 : 0)
  const rows = preview.rows.toSorted((a, b) => by(b) - by(a) || (a.listingId < b.listingId ? -1 : 1))
  return { ...preview, rows: rows.slice(0, PREVIEW_ROWS) }
}

/** What may be wrong with mappings, each with what may be done. */
export async function listConflicts(
  context: SyncContext,
  query: { kinds?: readonly ConflictKind[] | undefined; connection?: string | undefined; limit: number },
): Promise<MappingConflicts> {
  const { kinds = CONFLICT_KINDS, connection, limit } = query
  const connectionId = connection === undefined ? undefined : await findConnectionId(context, connection)
  const answer: MappingConflicts = { rows: [], more: [] }
  for (const kind of kinds) {
    const found = await findConflicts(context.database.kysely, context.organizationId, {
      kind,
      connectionId,
      limit: limit + 1,
    })
    if (found.length > limit) answer.more.push(kind)
    answer.rows.push(
      ...found.slice(0, limit).map((each) => ({ kind, ...each, text: explainConflict(kind, each) })),
    )
  }
  return answer
}

export async function readMappingRules(context: SyncContext, connection: string): Promise<MappingRules> {
  return toRules(await listRuleVersions(context, connection))
}

export async function saveMappingRules(
  context: SyncContext,
  connection: string,
  change: Parameters<typeof saveRules>[2],
): Promise<MappingRules> {
  await saveRules(context, connection, change)
  return await readMappingRules(context, connection)
}

function toRules(versions: readonly RuleVersion[]): MappingRules {
  const [current] = versions
  return {
    version: current?.version ?? 0,
    rules: current?.rules ?? [],
    versions: versions.map(({ savedAt, ...rest }) => ({ ...rest, savedAt: savedAt.toISOString() })),
  }
}

export async function tryMappingRule(
  context: SyncContext,
  connection: string,
  rule: { expression: string; limit: number },
): Promise<MappingTrial> {
  const { rows, ...totals } = await tryRule(context, connection, rule)
  return {
    ...totals,
    rows: rows.map(({ answer, isItem, ...row }) => ({
      ...row,
      says:
        answer.kind === 'says' ? { sku: answer.sku, unitsPerListing: answer.unitsPerListing, isItem } : null,
      ...(answer.kind === 'problem'
        ? { problem: answer.problem, problemInChinese: ruleProblemInChinese(answer.problem) }
        : { problem: null }),
    })),
  }
}
