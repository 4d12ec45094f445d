import { FILE_KEPT_DAYS } from '@plimsoll/connector-kit'
import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { readPersonalDataRules } from './personal-data-rules.ts'
import { purgeConnectionFiles, purgeRecipients } from './purge-personal-data.store.ts'

/** Between two looks. What is due is gone within this. */
export const PERSONAL_DATA_LOOKED_AT_MS = 3_600_000
const DAY_MS = 86_400_000

/**
 * Forgets to whom orders went, by the stricter of each channel's rule and the organization's own: sealed recipients, and files that
 * hold one. Of all connections, paused and lost ones too. Any process does it; twice at once is once.
 * @returns how many recipients
 */
export async function purgePersonalData(context: SyncContext): Promise<number> {
  const { database, organizationId, log } = context
  const now = nowOf(context)
  const purged = await inTransaction(database, async (tx) => {
    const { connections: rules } = await readPersonalDataRules(context, tx)
    await purgeConnectionFiles(tx, organizationId, {
      rules,
      now,
      before: new Date(now.getTime() - FILE_KEPT_DAYS * DAY_MS),
    })
    return await purgeRecipients(tx, organizationId, { rules, now })
  })
  if (purged > 0) log.info({ orders: purged }, 'forgot to whom orders went')
  return purged
}
