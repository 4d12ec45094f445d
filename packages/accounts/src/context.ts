import type { Database } from '@plimsoll/database'
import type { MasterKey } from './sealing.ts'

/** What accounts are worked with. */
export type AccountContext = {
  database: Database
  masterKey: MasterKey
  clock: { now(): number }
  uuid(): string
}

/** The same within one organization, for whoever acts there. */
export type OrganizationContext = AccountContext & { organizationId: string }

export function nowOf({ clock }: Pick<AccountContext, 'clock'>): Date {
  return new Date(clock.now())
}
