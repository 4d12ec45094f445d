import type { Db } from '@plimsoll/database'
import type { StockCommand } from './command.ts'
import { digestOf, findCommandKeys } from './command-keys.store.ts'
import { kindOf } from './kinds.ts'

/**
 * What would become of commands whose keys were used before, as far as reading can tell: `repeated` changes nothing, `reused`
 * is refused, since the key belongs to another command. Those that are absent were never applied. Nothing is claimed.
 */
export async function findEarlierCommands(
  db: Db,
  organizationId: string,
  commands: readonly StockCommand[],
): Promise<Map<string, 'repeated' | 'reused'>> {
  if (commands.length === 0) return new Map()
  const keys = commands.map(({ key }) => key)
  const known = await findCommandKeys(db, organizationId, keys)
  return new Map(
    commands.flatMap((command): [string, 'repeated' | 'reused'][] => {
      const earlier = known.get(command.key)
      if (earlier === undefined) return []
      const isSame = earlier.digest === digestOf(kindOf(command).contentOf(command))
      return [[command.key, isSame ? 'repeated' : 'reused']]
    }),
  )
}
