import type { Db, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import { type MasterKey, sealNamed, unseal } from './sealing.ts'
import type { SealedPlace } from './secret-key/sealed-place.ts'

/** One kind of access token of one secret. */
export type TokenPlace = { organizationId: string; secretId: string; name: string }

export type KeptToken = {
  generation: number
  /** Undefined before the first. The caller keeps it out of logs and answers. */
  token: string | undefined
  /** Null: it never ends. */
  usableUntil: Date | null
  /** Somebody is fetching the next one, until then at the latest. */
  claimedUntil: Date | null
  failure: { at: Date; kind: string; message: string } | undefined
}

export async function findToken(db: Db, key: MasterKey, place: TokenPlace): Promise<KeptToken | undefined> {
  type Row = {
    generation: number
    sealed: Buffer | null
    usableUntil: Date | null
    claimedUntil: Date | null
    failedAt: Date | null
    failureKind: string | null
    failure: string | null
  }
  const found = await sql<Row>`
    select generation, sealed, usable_until, claimed_until, failed_at, failure_kind, failure
    from access_token
    where organization_id = ${place.organizationId} and secret_id = ${place.secretId} and name = ${place.name}`.execute(
    db,
  )
  const [row] = found.rows
  if (row === undefined) return undefined
  const { generation, sealed, usableUntil, claimedUntil, failedAt, failureKind, failure } = row
  return {
    generation,
    token: sealed === null ? undefined : String(unseal(key, sealed, boundTo(place))),
    usableUntil,
    claimedUntil,
    failure:
      failedAt === null || failureKind === null
        ? undefined
        : { at: failedAt, kind: failureKind, message: failure ?? '' },
  }
}

/**
 * Asks to be the one who fetches the token after that generation (0: the first).
 * @returns false while another is, where a newer token is there, or where the secret is gone
 */
export async function claimToken(
  db: Db,
  place: TokenPlace,
  claim: { claimId: string; generation: number; now: Date; until: Date },
): Promise<boolean> {
  const claimed = await sql`
    insert into access_token (organization_id, secret_id, name, generation, claimed_by, claimed_until)
    select organization_id, secret_id, ${place.name}, 0, ${claim.claimId}::uuid, ${claim.until}
    from secret
    where organization_id = ${place.organizationId} and secret_id = ${place.secretId}
    on conflict (organization_id, secret_id, name) do update set
      claimed_by = excluded.claimed_by, claimed_until = excluded.claimed_until
    where access_token.generation = ${claim.generation}
      and (access_token.claimed_until is null or access_token.claimed_until <= ${claim.now})`.execute(db)
  return Number(claimed.numAffectedRows ?? 0n) === 1
}

/**
 * Keeps the token that was fetched after that generation, and ends the claim.
 * @returns false where another came first: theirs is the newer one
 */
export async function saveToken(
  tx: Tx,
  key: MasterKey,
  place: TokenPlace,
  saved: { generation: number; token: string; usableUntil: Date | null },
): Promise<boolean> {
  const { keyName, sealed } = sealNamed(key, saved.token, boundTo(place))
  const kept = await sql`
    update access_token set
      key_name = ${keyName}, sealed = ${sealed}, usable_until = ${saved.usableUntil},
      generation = generation + 1, claimed_by = null, claimed_until = null,
      failed_at = null, failure_kind = null, failure = null
    where organization_id = ${place.organizationId} and secret_id = ${place.secretId} and name = ${place.name}
      and generation = ${saved.generation}`.execute(tx)
  return Number(kept.numAffectedRows ?? 0n) === 1
}

/** Ends a claim whose fetch failed, and says why to those who wait for it. */
export async function failToken(
  db: Db,
  place: TokenPlace,
  failed: { claimId: string; at: Date; kind: string; message: string },
): Promise<void> {
  await sql`
    update access_token set
      claimed_by = null, claimed_until = null,
      failed_at = ${failed.at}, failure_kind = ${failed.kind}, failure = ${failed.message}
    where organization_id = ${place.organizationId} and secret_id = ${place.secretId} and name = ${place.name}
      and claimed_by = ${failed.claimId}`.execute(db)
}

/** From now on each process fetches another before it uses one; a claim that is under way goes on. */
export async function expireTokens(db: Db, place: Omit<TokenPlace, 'name'>, at: Date): Promise<void> {
  await sql`
    update access_token set usable_until = ${at}
    where organization_id = ${place.organizationId} and secret_id = ${place.secretId} and sealed is not null`.execute(
    db,
  )
}

export const sealedTokens: SealedPlace = {
  table: 'access_token',
  key: ['organizationId', 'secretId', 'name'],
  boundTo,
}

function boundTo({ organizationId, secretId, name }: TokenPlace): string {
  return `${organizationId}/${secretId}/token/${name}`
}
