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
