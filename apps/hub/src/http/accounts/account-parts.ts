import type { OrganizationContext } from '@plimsoll/accounts'
import { z } from 'zod'
import type { ServerContext } from '../server.ts'

/** What a request about members or keys says of the role and the limits that somebody is to have. */
export const limitsBody = z
  .object({ connections: z.array(z.uuid()).nullable(), locations: z.array(z.string().min(1)).nullable() })
  .default({ connections: null, locations: null })

export function accountsOf({ context }: ServerContext): OrganizationContext {
  const { database, masterKey, clock, uuid, organizationId } = context
  return { database, masterKey, clock, uuid, organizationId }
}
