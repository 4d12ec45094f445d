import { sealedTokens } from '../access-tokens.store.ts'
import { sealedSettings } from '../identity/settings.store.ts'
import { sealedMail } from '../mail/outbox.store.ts'
import { sealedInvitations } from '../members/invitations.store.ts'
import { sealedSecrets } from '../secrets.store.ts'
import type { SealedPlace } from './sealed-place.ts'

/** All that this package seals. */
export const accountPlaces: readonly SealedPlace[] = [
  sealedSecrets,
  sealedTokens,
  sealedSettings,
  sealedMail,
  sealedInvitations,
]
