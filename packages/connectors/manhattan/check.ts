import { type CallOptions, type CheckResult, type ExternalLocation, Forbidden } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { PathName } from './paths.ts'
import { searchPage } from './search.ts'
import type { Context } from './transport.ts'

export type Looked = {
  /** Everything that the hub reads and that can be searched without a condition. */
  searched: readonly PathName[]
  places(context: Context, options?: CallOptions): Promise<ExternalLocation[]>
  /** Of the searches, those that found something: what a person should know of that. */
  warnings(found: ReadonlySet<PathName>): string[]
}

/**
 * Whether the user may search everything that the hub reads. Whose account it is the address and the organization say: no
 * answer names a thing that stays.
 */
export async function check(context: Context, looked: Looked, options?: CallOptions): Promise<CheckResult> {
  const { environment, organization, facilities, product } = context.settings
  const places = await looked.places(context, options)
  const known = new Map(places.map(({ externalId, active }) => [externalId, active]))
  const missingScopes: string[] = []
  const found = new Set<PathName>()
  for (const path of looked.searched) {
    try {
      if (await findsAnything(context, path, options)) found.add(path)
    } catch (error) {
      if (!(error instanceof Forbidden)) throw error
      missingScopes.push(path)
    }
  }
  return {
    account: `${organization} (${environment})`,
    accountId: `${environment}/${organization}/${product}`,
    currency: undefined,
    timeZone: undefined,
    missingScopes,
    warnings: [
      ...facilities.flatMap((each) => {
        if (!known.has(each))
          return [`Manhattan shows no facility ${each} to this user. Correct the settings.`]
        return known.get(each) === false ? [`Facility ${each} is not active at Manhattan.`] : []
      }),
      ...looked.warnings(found),
    ],
  }
}

async function findsAnything(context: Context, path: PathName, options?: CallOptions): Promise<boolean> {
  const facility = context.settings.facilities[0] ?? ''
  const { rows } = await searchPage(
    context,
    { operation: 'check', path, facility, template: { PK: null }, where: [], sort: [], size: 1, options },
    z.looseObject({}),
  )
  return rows.length > 0
}
