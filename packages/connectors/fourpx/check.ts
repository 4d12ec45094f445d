import { type CallOptions, type CheckResult, methodWarnings, toWarnings } from '@plimsoll/connector-kit'
import { accountIdOf } from './settings.ts'
import { readLocations } from './stock.ts'
import type { Context } from './transport.ts'

/** 4PX names no account: that the keys are good is shown by asking for its warehouses. */
export async function check(context: Context, options?: CallOptions): Promise<CheckResult> {
  const { settings, credentials } = context
  const locations = await readLocations(context, options)
  const { customerCode, originState, originCity, shippingMethods } = settings
  return {
    account: customerCode ?? `application ${credentials.appKey.slice(0, 8)}…`,
    accountId: accountIdOf(credentials, settings),
    currency: undefined,
    timeZone: 'Asia/Shanghai',
    missingScopes: [],
    ...toWarnings([
      ...methodWarnings(
        shippingMethods,
        locations.map(({ externalId }) => externalId),
      ),
      ...(originState === undefined || originCity === undefined
        ? [
            {
              en: 'The settings do not say where goods come from: the hub announces none to 4PX.',
              zh: '设置未说明货物从何处发来：Plimsoll 不会向递四方预报任何到货。',
            },
          ]
        : []),
    ]),
  }
}
