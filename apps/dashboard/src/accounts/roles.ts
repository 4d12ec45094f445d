export const roles = ['viewer', 'operator', 'admin', 'owner'] as const
export type RoleName = (typeof roles)[number]

export function isRole(value: unknown): value is RoleName {
  return roles.some((each) => each === value)
}

/** Nobody gives more than they have. */
export function rolesUpTo(own: RoleName): RoleName[] {
  return roles.slice(0, roles.indexOf(own) + 1)
}
