import { Malformed } from '@plimsoll/connector-kit'

/** What a package of an item holds: a case of twelve, a pallet of 480. */
export type Package = { uom: string; units: number }

/**
 * Base units of an amount. Manhattan counts what lies there in base units and writes papers in any unit of the item.
 * @throws Malformed where the item has no such package, or no whole number of units comes out: never guessed
 */
export function toBaseUnits(
  amount: number,
  uom: string | null | undefined,
  { item, base, packages }: { item: string; base: string; packages: readonly Package[] },
): number {
  const isBase = uom === null || uom === undefined || uom === '' || isSame(uom, base)
  const holds = isBase ? 1 : packages.find((each) => isSame(each.uom, uom))?.units
  if (holds === undefined)
    throw new Malformed(`item ${item.slice(0, 60)} has no unit ${uom?.slice(0, 20)}`, '')
  const units = amount * holds
  if (!Number.isSafeInteger(units) || units < 0)
    throw new Malformed(`item ${item.slice(0, 60)}: ${amount} of ${uom ?? base} are no whole units`, '')
  return units
}

/** "Unit" and "UNIT" are both seen. */
function isSame(one: string, other: string): boolean {
  return one.toUpperCase() === other.toUpperCase()
}
