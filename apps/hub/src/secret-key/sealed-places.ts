import { accountPlaces, type SealedPlace } from '@plimsoll/accounts'
import { syncPlaces } from '@plimsoll/sync'
import { sealedPieces } from '../imports/import-file.store.ts'

/** Everything that is sealed, wherever it lies. What is missing here would be lost with a key that is retired: a test finds it. */
export const sealedPlaces: readonly SealedPlace[] = [...accountPlaces, ...syncPlaces, sealedPieces]
