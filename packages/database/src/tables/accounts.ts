/** Owned by `packages/accounts`. */
import type { Generated } from 'kysely'

export interface OrganizationTable {
  organizationId: string
  name: string
  createdAt: Date
  kind: Generated<'own' | 'sample'>
  /** Since then nobody is served it, and its rows go. */
  deletingAt: Date | null
}

/** A sample brand: how far it is, and in whose language it speaks. */
export interface SampleBrandTable {
  organizationId: string
  language: 'en' | 'zh'
  state: 'making' | 'open' | 'failed'
  problem: string | null
  madeBy: string
  madeAt: Date
  openedAt: Date | null
}

export interface SecretTable {
  organizationId: string
  secretId: string
  keyName: string
  sealed: Buffer
  createdAt: Date
}

/** A platform's access token, sealed, with who is fetching the next. */
export interface AccessTokenTable {
  organizationId: string
  secretId: string
  name: string
  keyName: string | null
  sealed: Buffer | null
  usableUntil: Date | null
  generation: number
  claimedBy: string | null
  claimedUntil: Date | null
  failedAt: Date | null
  failureKind: string | null
  failure: string | null
}
