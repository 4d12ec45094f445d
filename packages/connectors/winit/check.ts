import { type CallOptions, type CheckResult, methodWarnings, toWarnings } from '@plimsoll/connector-kit'
import { accountIdOf } from './settings.ts'
import { readLocations } from './stock.ts'
import type { Context } from './transport.ts'

/** Winit names no account: that the keys are good is shown by asking for its warehouses. */
export async function check(context: Context, options?: CallOptions): Promise<CheckResult> {
  const { settings, credentials } = context
  const locations = await readLocations(context, options, 'check')
  const accountId = accountIdOf(credentials)
  return {
    account: `account ${accountId.slice(0, 8)}…`,
    accountId,
    currency: undefined,
    timeZone: 'Asia/Shanghai',
    missingScopes: [],
    ...toWarnings(
      methodWarnings(
        settings.deliveryWays,
        locations.map(({ externalId }) => externalId),
      ),
    ),
  }
}
