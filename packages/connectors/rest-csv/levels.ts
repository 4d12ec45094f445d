import { type ExternalLevel, isConnectorError, type LevelKey } from '@plimsoll/connector-kit'
import type { Definition } from './definition.ts'
import { readToEnd } from './lists.ts'
import type { Client } from './requests.ts'
import { readLevel } from './rows.ts'

/** Reads levels now, in the way that the definition knows. Those that the platform does not have are left out. */
export async function readLevels(
  keys: readonly LevelKey[],
  { client, definition, signal }: { client: Client; definition: Definition; signal: AbortSignal | undefined },
): Promise<ExternalLevel[]> {
  if (keys.length === 0) return []
  const rows = await readRows([...new Set(keys.map(({ stockUnitId }) => stockUnitId))])
  const mapped = await client.evaluateEach('levels.map', definition.levels.map, rows)
  const byKey = new Map(
    mapped.map((row) => readLevel('levels.map', row, definition)).map((row) => [keyOf(row), row]),
  )
  return keys.flatMap((key) => byKey.get(keyOf(key)) ?? [])

  async function readRows(stockUnitIds: readonly string[]): Promise<unknown[]> {
    const { levels } = definition
    const reading = { operation: 'levels', field: 'levels.request', signal }
    switch (levels.by) {
      case 'list':
        return await readToEnd(client, levels.request, reading)
      case 'many': {
        const chunks = inChunks(stockUnitIds, levels.most)
        const read = chunks.map((some) =>
          readToEnd(client, levels.request, {
            ...reading,
            values: { stockUnitIds: some.join(',') },
            input: { stockUnitIds: some },
          }),
        )
        return (await Promise.all(read)).flat()
      }
      case 'one': {
        const read = stockUnitIds.map(async (stockUnitId): Promise<unknown[]> => {
          try {
            const call = {
              ...reading,
              request: levels.request,
              values: { stockUnitId },
              input: { stockUnitId },
            }
            const { content } = await client.call(call)
            return [await client.evaluateOne('levels.request.row', levels.request.row, content)]
          } catch (error) {
            if (isConnectorError(error) && error.kind === 'not-found') return []
            throw error
          }
        })
        return (await Promise.all(read)).flat()
      }
      default: {
        const never: never = levels
        return never
      }
    }
  }
}

export function keyOf({ stockUnitId, locationId }: LevelKey): string {
  return JSON.stringify([stockUnitId, locationId])
}

export function inChunks<T>(values: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, at) =>
    values.slice(at * size, (at + 1) * size),
  )
}
