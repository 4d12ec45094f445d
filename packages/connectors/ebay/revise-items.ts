import { type ConnectorError, isConnectorError, Malformed, type WriteOutcome } from '@plimsoll/connector-kit'
import { type ItemWrite, toProvenOutcome, toStatusRow } from './level-writes.ts'
import { availableOf } from './levels.ts'
import type { Reading } from './listings.ts'
import { detailOf } from './refusals.ts'
import type { Trading, TradingItem } from './trading.ts'
import { type TradingError, toTradingError } from './trading-errors.ts'
import { failureOf } from './transport.ts'

type Answer = Awaited<ReturnType<Trading['reviseStatuses']>>

/** eBay has taken it, and what it shows by now is to be read. */
export type Taken = { kind: 'taken'; item: ItemWrite }

/**
 * One call of up to four quantities. What eBay echoes it has taken: but the echoed number counts what the listing has sold
 * as well (InventoryStatusType, version 895), so any number but the one that was sent says nothing of what is left. The rest it
 * refused, and says for which listing or SKU; where it does not say, and took none of them, each is asked for by itself.
 * @throws what concerns the whole call
 */
export async function reviseItems(
  call: readonly ItemWrite[],
  { trading, active, signal }: Pick<Reading, 'trading' | 'active' | 'signal'>,
): Promise<(WriteOutcome | Taken)[]> {
  // Before it is sent: whatever becomes of it, what was seen may be wrong from now on.
  active.forget(call.map(({ unit }) => unit.itemId))
  const answer = await trading.reviseStatuses(call.map(toStatusRow), { signal })
  const outcomes = readOutcomes(call, answer)
  if (outcomes !== 'ask-each') return outcomes
  const each: (WriteOutcome | Taken)[] = []
  for (const one of call) each.push(...(await reviseItems([one], { trading, active, signal })))
  return each
}

/** Pure. @throws the error of a call that failed as a whole */
export function readOutcomes(
  call: readonly ItemWrite[],
  answer: Answer,
): (WriteOutcome | Taken)[] | 'ask-each' {
  const errors = answer.errors.filter(({ severity }) => severity === 'Error')
  const whole = errors.find((error) => isAboutTheCall(error))
  if (whole !== undefined) throw failureOf({ ...answer, errors: [whole] }, 'setLevels')

  const silent = call.filter((each) => echoOf(each, answer) === undefined)
  const named = new Map(silent.map((each) => [each, errorOf(each, errors, silent.length)]))
  const isUnattributed = silent.some((each) => named.get(each) === undefined)
  if (isUnattributed && answer.ack === 'Failure' && call.length > 1) {
    if (errors.length === 0) throw failureOf(answer, 'setLevels')
    return 'ask-each'
  }
  return call.map((each): WriteOutcome | Taken => {
    const { writeId, quantity } = each.write
    const echo = echoOf(each, answer)
    if (echo?.quantity === quantity) return { writeId, kind: 'applied', quantity }
    if (echo !== undefined) return { kind: 'taken', item: each }
    const error = named.get(each)
    return { writeId, kind: 'refused', error: toError(error, answer) }
  })
}

/** Neither taken nor refused: only reading it tells. */
function toError(error: TradingError | undefined, answer: Answer): ConnectorError {
  if (error !== undefined) return toTradingError(error, 'setLevels', detailOf(answer.response))
  return new Malformed('setLevels: eBay does not say what became of a row', answer.response.text)
}

/**
 * What became of those that eBay has taken, by what their listings show: few are read singly, many from the active list.
 * Where that cannot be read they are unknown, and the levels are read later.
 */
export async function proveTaken(
  taken: readonly Taken[],
  { active, signal }: Pick<Reading, 'active' | 'signal'>,
): Promise<WriteOutcome[]> {
  if (taken.length === 0) return []
  const items = await readShown([...new Set(taken.map(({ item }) => item.unit.itemId))], { active, signal })
  return taken.map(({ item: { unit, write } }) => {
    const found = items.get(unit.itemId)
    const shown = found === undefined ? undefined : availableOf(found, unit)
    return toProvenOutcome(write, shown === 'gone' ? undefined : shown)
  })
}

async function readShown(
  itemIds: readonly string[],
  { active, signal }: Pick<Reading, 'active' | 'signal'>,
): Promise<ReadonlyMap<string, TradingItem>> {
  try {
    return await active.read(itemIds, 'levels', { signal })
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return new Map()
  }
}

function echoOf({ unit }: ItemWrite, { echoes }: Answer) {
  return echoes.find(
    ({ itemId, sku }) => itemId === unit.itemId && (unit.sku === undefined || sku === unit.sku),
  )
}

/** The error that names this row; of a single refused row the only one that there is. */
function errorOf(
  { unit }: ItemWrite,
  errors: readonly TradingError[],
  silent: number,
): TradingError | undefined {
  const bySku = errors.find(({ values }) => unit.sku !== undefined && values.includes(unit.sku))
  const byItem = errors.find(({ values }) => values.includes(unit.itemId))
  return bySku ?? byItem ?? (silent === 1 ? errors[0] : undefined)
}

/** Tokens, the day's calls, eBay's own failures: no row can help it. */
function isAboutTheCall(error: TradingError): boolean {
  const { kind } = toTradingError(error, 'setLevels', {})
  return kind === 'unauthorized' || kind === 'rate-limited' || kind === 'unavailable' || kind === 'forbidden'
}
