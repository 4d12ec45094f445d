import type { ChangeKind } from '@plimsoll/client'
import { arrayOf, type Db } from '@plimsoll/database'
import { type RawBuilder, sql } from 'kysely'
import type { Fields, RecordedChange } from './reversal.ts'

/** A change with the names of what it is of. */
export type StoredChange = RecordedChange & {
  id: string
  at: Date
  actor: string
  why: string | null
  changeSet: string | null
  undoes: string | null
  position: ChangePosition
  scope: string | null
  connectionId: string | null
  connectionName: string | null
  sku: string | null
  listingId: string | null
  listingTitle: string | null
  location: string | null
  name: string | null
}

/** Where a change stands among those of an organization, newest first. */
export type ChangePosition = { at: string; place: string; id: string }

export type ChangeFilter = {
  kinds?: readonly ChangeKind[] | undefined
  /** Ids of what it is of: any of these. */
  of?: readonly string[] | undefined
  actor?: string | undefined
  since?: Date | undefined
  until?: Date | undefined
  changeSet?: string | undefined
  undoes?: string | undefined
  id?: string | undefined
  subject?: Readonly<Record<string, string>> | undefined
  after?: ChangePosition | undefined
}

/** Changes of every kind, newest first. */
export async function findChanges(
  db: Db,
  organizationId: string,
  filter: ChangeFilter,
  limit: number,
): Promise<StoredChange[]> {
  type Row = Omit<StoredChange, 'position'> & { positionAt: string; place: string }
  const found = await sql<Row>`
    with page as materialized (
      select change, place, kind, subject, at, actor, why, before, after, change_set, undoes
      from change_record
      where organization_id = ${organizationId} and ${conditionOf(filter)}
      order by at desc, place desc, change desc
      limit ${limit}
    )
    select page.change as id, page.kind, page.subject, page.at, page.actor, page.why, page.before, page.after,
      page.change_set, page.undoes, page.place::text as place, ${positionAt} as position_at, page.subject ->> 'scope' as scope,
      connection.connection_id, connection.name as connection_name, item.sku, listing.listing_id,
      listing.title as listing_title, location.code as location,
      coalesce(lot.code, page.after ->> 'name', page.before ->> 'name', page.subject ->> 'code', page.subject ->> 'key',
        page.subject ->> 'externalId', page.subject ->> 'connector', page.after ->> 'code', page.before ->> 'code',
        case when page.subject ->> 'scope' in ('customer', 'connection') and page.kind = 'shelf-life'
          then page.subject ->> 'scopeId' end
      ) as name
    -- By themselves (offset 0): behind the wall what is worked out inside of a join keeps it from keys (decision 0065).
    from (
      select page.*, ${idOf('listing')} as of_listing, ${idOf('connection')} as of_connection, ${idOf('item')} as of_item,
        ${uuidAt('lotId')} as of_lot, ${uuidAt('locationId')} as of_location
      from page
      offset 0
    ) as page
    left join listing on listing.organization_id = ${organizationId} and listing.listing_id = page.of_listing
    left join connection on connection.organization_id = ${organizationId}
      and connection.connection_id = coalesce(page.of_connection, listing.connection_id)
    left join lot on lot.organization_id = ${organizationId} and lot.lot_id = page.of_lot
    left join lateral (select coalesce(page.of_item, lot.item_id) as item_id offset 0) as about on true
    left join item on item.organization_id = ${organizationId} and item.item_id = about.item_id
    left join location on location.organization_id = ${organizationId} and location.location_id = page.of_location
    order by page.at desc, page.place desc, page.change desc`.execute(db)
  return found.rows.map(({ positionAt: at, place, ...row }) => ({
    ...row,
    position: { at, place, id: row.id },
  }))
}

/** In all its digits: the driver reads milliseconds. */
const positionAt = sql`to_char(page.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`

/** Of what names a change: an id, unless it is a text that somebody chose. */
function uuidAt(name: string): RawBuilder<string | null> {
  return sql`case when page.subject ->> ${name} ~ '^[0-9a-f-]{36}$' then (page.subject ->> ${name})::uuid end`
}

function idOf(scope: 'connection' | 'item' | 'listing'): RawBuilder<string | null> {
  return sql`coalesce(${uuidAt(`${scope}Id`)},
    case when page.subject ->> 'scope' = ${scope} then ${uuidAt('scopeId')} end)`
}

function conditionOf(filter: ChangeFilter): RawBuilder<boolean> {
  const { kinds, of, actor, since, until, changeSet, undoes, id, subject, after } = filter
  const all = [
    kinds !== undefined && sql`kind = any(${arrayOf(kinds, 'text')})`,
    of !== undefined &&
      sql`exists (select from jsonb_each_text(subject) as named where named.value = any(${arrayOf(of, 'text')}))`,
    actor !== undefined && sql`actor = ${actor}`,
    since !== undefined && sql`at >= ${since}`,
    until !== undefined && sql`at < ${until}`,
    changeSet !== undefined && sql`change_set = ${changeSet}::uuid`,
    undoes !== undefined && sql`undoes = ${undoes}`,
    id !== undefined && sql`change = ${id}`,
    subject !== undefined && sql`subject = ${JSON.stringify(subject)}::jsonb`,
    after !== undefined &&
      sql`(at, place, change) < (${after.at}::timestamptz, ${after.place}::numeric, ${after.id})`,
  ].filter((each) => each !== false)
  return all.length === 0 ? sql`true` : sql`${sql.join(all, sql` and `)}`
}

/** SKUs and codes of what the values of changes name. */
export async function findNames(
  db: Db,
  organizationId: string,
  changes: readonly RecordedChange[],
): Promise<{ sku(id: string): string | undefined; location(id: string): string | undefined }> {
  const ids = arrayOf([...new Set(changes.flatMap(idsIn))], 'uuid')
  const found = await sql<{ kind: 'item' | 'location'; id: string; name: string }>`
    select 'item' as kind, item_id as id, sku as name from item
    where organization_id = ${organizationId} and item_id = any(${ids})
    union all
    select 'location', location_id, code from location
    where organization_id = ${organizationId} and location_id = any(${ids})`.execute(db)
  const of = (kind: string) =>
    new Map(found.rows.flatMap((row) => (row.kind === kind ? [[row.id, row.name] as const] : [])))
  const [items, locations] = [of('item'), of('location')]
  return { sku: (id) => items.get(id), location: (id) => locations.get(id) }
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function idsIn({ subject, before, after }: RecordedChange): string[] {
  const ids: string[] = []
  const look = (value: unknown): void => {
    if (typeof value === 'string' && uuid.test(value)) ids.push(value)
    else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) look(each)
  }
  for (const each of [subject, before, after] as (Fields | null)[]) look(each)
  return ids
}
