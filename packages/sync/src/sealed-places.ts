import type { SealedPlace } from '@plimsoll/accounts'
import { sealedGrants } from './connections/grants.ts'
import { sealedFiles } from './files/connection-files.store.ts'
import { sealedRecipients } from './fulfilment/recipients.store.ts'

/** All that this package seals. */
export const syncPlaces: readonly SealedPlace[] = [sealedGrants, sealedRecipients, sealedFiles]
