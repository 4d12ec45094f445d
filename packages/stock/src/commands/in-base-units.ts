import { type Refusal, refuse } from '../errors.ts'
import { toBaseUnits } from '../items/units.ts'
import type { StockCommand } from './command.ts'
import type { Directory } from './directory.ts'
import type { Decision } from './kind.ts'
import { findBadQuantity, type QuantityRule } from './quantities.ts'

/** A command whose quantity may be of a unit of measure. */
type InUnit = {
  kind: StockCommand['kind']
  sku: string
  quantity: number
  /** Code of one of the item's units; undefined: base units. */
  unit?: string | undefined
}

/** Refuses what is no quantity whatever the item is; what a unit comes to is known when the item is. */
export function findBadPlaced({ kind, quantity, unit }: InUnit, rule: QuantityRule): Refusal | undefined {
  return unit === undefined ? findBadQuantity(kind, rule, quantity) : undefined
}

/**
 * Decides a command on base units, whatever unit it was asked in; its answer says how many they are then.
 * @returns also a refusal for a unit that the item has not, or a quantity that does not come out whole
 */
export function decideInBaseUnits<Command extends InUnit>(
  command: Command,
  rule: QuantityRule,
  directory: Directory,
  decide: (command: Command) => Decision | Refusal,
): Decision | Refusal {
  const { kind, sku, quantity, unit } = command
  if (unit === undefined) return decide(command)
  const units = directory.unitsBySku.get(sku)
  if (units === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  const converted = toBaseUnits(units, quantity, unit)
  if (converted.kind === 'refused') return converted
  const { baseUnits } = converted
  const bad = findBadQuantity(kind, rule, baseUnits)
  if (bad !== undefined) return bad
  const decided = decide({ ...command, quantity: baseUnits })
  if (decided.kind === 'refused') return decided
  return { ...decided, answer: (after) => ({ ...decided.answer(after), baseUnits }) }
}
