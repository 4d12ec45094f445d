/** The parts of an organization that a key is given access to. */
export const areas = ['overview', 'stock', 'catalogue', 'orders', 'connections', 'organization'] as const
export type Area = (typeof areas)[number]

export type Deed = 'read' | 'write'

/** `stock:write` includes `stock:read`. */
export type Scope = `${Area}:${Deed}`

export const scopes: readonly Scope[] = areas.flatMap((area) => [`${area}:read`, `${area}:write`] as const)

/** Whether scopes given to a key include others: it gives no more than it has. */
export function includesScopes(given: readonly Scope[], wanted: readonly Scope[]): boolean {
  return wanted.every((scope) => {
    const [area, deed] = scope.split(':') as [Area, Deed]
    return includesScope(given, { area, deed })
  })
}

/** Whether scopes given to a key include what a route asks. */
export function includesScope(given: readonly Scope[], wanted: { area: Area; deed: Deed }): boolean {
  const { area, deed } = wanted
  return given.includes(`${area}:write`) || (deed === 'read' && given.includes(`${area}:read`))
}
