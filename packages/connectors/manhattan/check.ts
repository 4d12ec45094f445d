import {
  type CallOptions,
  type CheckResult,
  type ExternalLocation,
  Forbidden,
  toWarnings,
  type Words,
} from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { PathName } from './paths.ts'
import { searchPage } from './search.ts'
import type { Context } from './transport.ts'

export type Looked = {
  /** Everything that the hub reads and that can be searched without a condition. */
  searched: readonly PathName[]
  places(context: Context, options?: CallOptions): Promise<ExternalLocation[]>
  /** Of the searches, those that found something: what a person should know of that. */
  warnings(found: ReadonlySet<PathName>): Words[]
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
    ...toWarnings([
      ...facilities.flatMap((each): Words[] => {
        if (!known.has(each))
          return [
            {
              en: `Manhattan shows no facility ${each} to this user. Correct the settings.`,
              zh: `Manhattan 不向该用户展示仓库 ${each}。请更正设置。`,
            },
          ]
        return known.get(each) === false
          ? [
              {
                en: `Facility ${each} is not active at Manhattan.`,
                zh: `仓库 ${each} 在 Manhattan 中未启用。`,
              },
            ]
          : []
      }),
      ...looked.warnings(found),
    ]),
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
