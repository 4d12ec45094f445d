import { createClient } from '@plimsoll/client/client'
import { currentOrganization } from './accounts/organization.ts'

/** The hub that serves this page. */
export const hub = createClient({ baseUrl: '', organization: currentOrganization })
