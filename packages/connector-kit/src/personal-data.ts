/**
 * The value without every property whose name is one of `keys` (whatever its case), at any depth.
 * Names, addresses and the like are dropped so before anything is stored. Leaves the given value as it was.
 */
export function withoutPersonalData(json: unknown, keys: readonly string[]): unknown {
  const dropped = new Set(keys.map((key) => key.toLowerCase()))
  return without(json, dropped)
}

function without(json: unknown, dropped: ReadonlySet<string>): unknown {
  if (Array.isArray(json)) return json.map((element) => without(element, dropped))
  if (typeof json !== 'object' || json === null) return json
  // `fromEntries` defines a property named `__proto__` like any other, where an assignment would set the prototype.
  return Object.fromEntries(
    Object.entries(json)
      .filter(([key]) => !dropped.has(key.toLowerCase()))
      .map(([key, value]) => [key, without(value, dropped)]),
  )
}
