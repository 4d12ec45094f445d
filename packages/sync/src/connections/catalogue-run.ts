import type { ChannelOperations } from '@plimsoll/connector-kit'
import type { Tx } from '@plimsoll/database'
import type { SyncContext } from '../context.ts'
import type { Connection } from './connections.store.ts'

/**
 * An import of what a connection sells, in steps: its locations, its listings page by page, those that vanished, tying them to items,
 * its levels batch by batch, and what follows of them. Each step ends with one transaction that also says where to go on, so that
 * any process goes on where another stopped, and nothing is held in memory but a page.
 */
export type CatalogueStage = 'locations' | 'listings' | 'vanished' | 'mapping' | 'levels' | 'finish' | 'done'

/** Where an import goes on. */
export type CataloguePosition = {
  stage: CatalogueStage
  /** When it began (ISO 8601): what was read before then and is not read again has vanished. */
  beganAt: string
  /** The platform's place in its list of listings. */
  cursor?: string
  /** It was begun anew since the platform no longer knew its place. */
  again?: boolean
}

export type CatalogueReport = {
  locations: number
  listings: number
  mappedBySku: number
  levels: number
  untracked: number
  replayed: number
}

/** How far an import is. */
export type CatalogueProgress = {
  position: CataloguePosition
  report: CatalogueReport
  /** Listings in all, where the platform says; null: it does not. */
  total: number | null
  /** Listings that the platform has written into the file that it prepares; null: it prepares none. */
  prepared: number | null
  /** The next step finds nothing before so many milliseconds have passed. */
  againInMs?: number
}

export function catalogueBegin(at: Date): CatalogueProgress {
  return {
    position: { stage: 'locations', beganAt: at.toISOString() },
    report: { locations: 0, listings: 0, mappedBySku: 0, levels: 0, untracked: 0, replayed: 0 },
    total: null,
    prepared: null,
  }
}

/** What the steps of one import share for as long as one process is at it. */
export type CatalogueRun = {
  context: SyncContext
  connection: Connection
  operations: ChannelOperations
  signal?: AbortSignal | undefined
  /** Levels that were read: one whose answer changed nothing is not asked for for ever. */
  seen: Set<string>
  /** Written with each step, in its transaction. Throws where the import is no longer this process's. */
  save(tx: Tx, next: CatalogueProgress): Promise<void>
}

export function placeOf({ context, connection }: Pick<CatalogueRun, 'context' | 'connection'>) {
  return { organizationId: context.organizationId, connectionId: connection.connectionId }
}

/** @returns as connectors take it */
export function callOptions({ signal }: Pick<CatalogueRun, 'signal'>): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal }
}
