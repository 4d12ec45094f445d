import { assert } from '../assert.ts'
import { type Refusal, refuse } from '../errors.ts'
import { readDecimal, writeDecimal } from './decimals.ts'

/**
 * Units of measure. Stock is counted in base units, always; a unit only says how many of them one of it is.
 * What does not come out whole is refused, or rounded as the unit says. Rounding goes by size, whatever the sign, so
 * that taking back what was given cancels out.
 */
export type Rounding = 'refuse' | 'down' | 'up' | 'nearest'
/** `factor`: base units in one of it, 2 or more. */
export type Unit = { code: string; factor: number; rounding: Rounding }
export type ItemUnits = { baseUnit: string; units: readonly Unit[] }

export const UNIT_CODE_MAX = 30

/** `rounded`: what was asked did not come out whole. */
export type InBaseUnits = { kind: 'converted'; baseUnits: number; rounded: boolean }
/** `leftOver`: base units beyond `quantity` whole ones; negative where it was rounded up. */
export type InUnits = { kind: 'converted'; quantity: number; leftOver: number }

/**
 * A quantity of a unit, in base units: a safe integer. Half a case of twelve is six.
 * @param quantity as a text where it may be exact, since a float holds 17 digits at most
 * @param unitCode undefined: base units
 * @returns a refusal for a quantity that is none, leaves a remainder or is too large, or for an unknown unit
 */
export function toBaseUnits(
  item: ItemUnits,
  quantity: number | string,
  unitCode?: string,
): InBaseUnits | Refusal {
  const unit = findUnit(item, unitCode)
  if (unit.kind === 'refused') return unit
  const decimal = readDecimal(quantity)
  if (decimal === undefined) return refuse('quantity-unreadable', 'quantity', `"${quantity}" is no quantity.`)
  // Beyond 2^53 neighbours look alike: the number may not be the one that was sent.
  if (typeof quantity === 'number' && Number.isInteger(quantity) && !Number.isSafeInteger(quantity)) {
    return tooLarge(String(quantity), unit.code)
  }
  const { whole, rest, divisor } = divide(decimal.digits * BigInt(unit.factor), 10n ** BigInt(decimal.scale))
  if (rest !== 0n && unit.rounding === 'refuse') {
    const text = writeDecimal(decimal)
    if (unit.factor === 1) {
      return refuse('quantity-not-whole', 'quantity', `${text} is not a whole number of ${unit.code}.`)
    }
    const exact = writeDecimal({ digits: decimal.digits * BigInt(unit.factor), scale: decimal.scale })
    const left = writeDecimal({ digits: rest, scale: decimal.scale })
    const { baseUnit } = item
    return refuse(
      'conversion-remainder',
      'quantity',
      `${text} ${unit.code} of ${unit.factor} ${baseUnit} is ${exact} ${baseUnit}: ${left} ${baseUnit} left over beyond ${whole} whole.`,
    )
  }
  const baseUnits = Number(round({ whole, rest, divisor }, unit.rounding))
  if (!Number.isSafeInteger(baseUnits)) return tooLarge(writeDecimal(decimal), unit.code)
  return { kind: 'converted', baseUnits, rounded: rest !== 0n }
}

/**
 * Base units in whole ones of a unit, and what is left over: `quantity` × factor + `leftOver` is `baseUnits`, always.
 * @param unitCode undefined: base units
 * @returns a refusal where the unit is unknown, or leaves a remainder and does not round
 */
export function fromBaseUnits(item: ItemUnits, baseUnits: number, unitCode?: string): InUnits | Refusal {
  assert(Number.isSafeInteger(baseUnits), 'stock is whole base units')
  const unit = findUnit(item, unitCode)
  if (unit.kind === 'refused') return unit
  const parts = divide(BigInt(baseUnits), BigInt(unit.factor))
  if (parts.rest !== 0n && unit.rounding === 'refuse') {
    return refuse(
      'conversion-remainder',
      'unit',
      `${baseUnits} ${item.baseUnit} is ${parts.whole} ${unit.code} of ${unit.factor}, and ${parts.rest} ${item.baseUnit} left over.`,
    )
  }
  const quantity = round(parts, unit.rounding)
  const leftOver = BigInt(baseUnits) - quantity * BigInt(unit.factor)
  return { kind: 'converted', quantity: Number(quantity), leftOver: Number(leftOver) }
}

/** The unit of a code, the base unit among them; it never rounds, since there is nothing smaller. */
export function findUnit(item: ItemUnits, code?: string): ({ kind: 'unit' } & Unit) | Refusal {
  if (code === undefined || code === item.baseUnit) {
    return { kind: 'unit', code: item.baseUnit, factor: 1, rounding: 'refuse' }
  }
  const unit = item.units.find((each) => each.code === code)
  if (unit !== undefined) return { kind: 'unit', ...unit }
  const codes = [item.baseUnit, ...item.units.map((each) => each.code)].join(', ')
  return refuse('unknown-unit', 'unit', `The item has no unit "${code}"; it has ${codes}.`)
}

type Parts = { whole: bigint; rest: bigint; divisor: bigint }

/** Towards zero; `rest` has the sign of what is divided. */
function divide(dividend: bigint, divisor: bigint): Parts {
  return { whole: dividend / divisor, rest: dividend % divisor, divisor }
}

function round({ whole, rest, divisor }: Parts, rounding: Rounding): bigint {
  if (rest === 0n) return whole
  const size = rest < 0n ? -rest : rest
  const further = whole + (rest < 0n ? -1n : 1n)
  switch (rounding) {
    case 'refuse':
    case 'down':
      return whole
    case 'up':
      return further
    case 'nearest':
      return size * 2n >= divisor ? further : whole
    default: {
      const never: never = rounding
      return never
    }
  }
}

function tooLarge(quantity: string, unit: string): Refusal {
  return refuse('quantity-out-of-range', 'quantity', `${quantity} ${unit} is more than a stock count may be.`)
}
