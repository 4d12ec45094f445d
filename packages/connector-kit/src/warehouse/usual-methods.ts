/** How settings name shipping products for orders that name none: `CODE` for every warehouse, `WAREHOUSE=CODE` for one. */
export const USUAL_METHOD = /^(?:[^\s=]{1,40}=)?[^\s=]{1,60}$/

/** The shipping product of a warehouse's orders; undefined: none is named for it. */
export function usualMethodOf(methods: readonly string[], warehouseCode: string): string | undefined {
  const own = methods.find((each) => each.startsWith(`${warehouseCode}=`))
  return own?.slice(warehouseCode.length + 1) ?? methods.find((each) => !each.includes('='))
}

/** A sentence for `check()` about warehouses whose orders have none; none where every one has. */
export function methodWarnings(methods: readonly string[], warehouseCodes: readonly string[]): string[] {
  const without = warehouseCodes.filter((code) => usualMethodOf(methods, code) === undefined)
  if (without.length === 0) return []
  const more = without.length - 5
  const listed = more > 0 ? `${without.slice(0, 5).join(', ')} and ${more} more` : without.join(', ')
  return [
    `The settings name no usual shipping product for ${listed}: orders that name none cannot be sent from there.`,
  ]
}
