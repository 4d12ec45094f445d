/** Owned by `packages/accounts`. */

export interface OrganizationTable {
  organizationId: string
  name: string
  createdAt: Date
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
