import {
  type CallOptions,
  type CheckResult,
  type ExternalLocation,
  Forbidden,
  isConnectorError,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { PathName } from './paths.ts'
import { searchPage } from './search.ts'
import type { Context } from './transport.ts'

/**
 * Whether the user may search everything that the hub reads. Whose account it is the address and the organization say: no
 * answer names a thing that stays.
 */
export async function check(
  context: Context,
  searched: readonly PathName[],
  readPlaces: (context: Context, options?: CallOptions) => Promise<ExternalLocation[]>,
  options?: CallOptions,
): Promise<CheckResult> {
  const { environment, organization, facilities } = context.settings
  const places = await readPlaces(context, options)
  const missingScopes: string[] = []
  for (const path of searched) {
    try {
      await searchPage(
        context,
        {
          operation: 'check',
          path,
          facility: facilities[0] ?? '',
          template: { PK: null },
          where: [],
          sort: [],
          size: 1,
          options,
        },
        z.looseObject({}),
      )
    } catch (error) {
      if (!isConnectorError(error) || !(error instanceof Forbidden)) throw error
      missingScopes.push(path)
    }
  }
  const known = new Map(places.map(({ externalId, active }) => [externalId, active]))
  return {
    account: `${organization} (${environment})`,
    accountId: `${environment}/${organization}`,
    currency: undefined,
    timeZone: undefined,
    missingScopes,
    warnings: facilities.flatMap((each) => {
      if (!known.has(each)) return [`Manhattan shows no facility ${each} to this user. Correct the settings.`]
      return known.get(each) === false ? [`Facility ${each} is not active at Manhattan.`] : []
    }),
  }
}
