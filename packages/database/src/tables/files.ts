import type { Generated } from 'kysely'

/** Files of connections: owned by `packages/sync/src/files`. */
export interface ConnectionFileTable {
  organizationId: string
  connectionId: string
  position: Generated<number>
  direction: 'in' | 'out'
  feed: string
  name: string
  sequence: string
  digest: string
  bytes: number
  keyName: string
  sealed: Buffer
  saidAt: Date | null
  keptAt: Date
  deliveredAt: Date | null
  acceptedAt: Date | null
}
