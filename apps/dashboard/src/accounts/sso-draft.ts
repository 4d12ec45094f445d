import type { SingleSignOnView } from '@plimsoll/client'

type Setting = NonNullable<SingleSignOnView['setting']>
type GivenRole = 'viewer' | 'operator' | 'admin'
export const givenRoles: readonly GivenRole[] = ['viewer', 'operator', 'admin']

/** The form as it is typed. */
export type SsoDraft = {
  name: string
  issuer: string
  clientId: string
  clientSecret: string
  domains: string
  /** `invited`: nobody becomes a member by themselves; `claim`: only whom the claim gives a role. */
  newcomers: 'invited' | 'claim' | GivenRole
  organizationId: string
  claimName: string
  /** A line for each: `value = role`. */
  claimRoles: string
  isOnlyWay: boolean
}

export function toDraft(setting: Setting | null, organizationId: string): SsoDraft {
  const newcomers = setting?.newcomers ?? null
  return {
    name: setting?.name ?? '',
    issuer: setting?.issuer ?? '',
    clientId: setting?.clientId ?? '',
    clientSecret: '',
    domains: setting?.domains.join(', ') ?? '',
    newcomers: newcomers === null ? 'invited' : (newcomers.role ?? 'claim'),
    organizationId: newcomers?.organizationId ?? organizationId,
    claimName: newcomers?.claim?.name ?? '',
    claimRoles: newcomers?.claim?.roles.map(({ value, role }) => `${value} = ${role}`).join('\n') ?? '',
    isOnlyWay: setting?.isOnlyWay ?? false,
  }
}

/** @returns the number of the line that says no role, or what the hub is told */
export function toBody(draft: SsoDraft): { line: number } | { body: Setting & { clientSecret?: string } } {
  const { name, issuer, clientId, clientSecret, newcomers, organizationId, claimName, isOnlyWay } = draft
  const roles: { value: string; role: GivenRole }[] = []
  for (const [at, line] of draft.claimRoles.split('\n').entries()) {
    if (line.trim() === '') continue
    // The last one: a value may hold such a sign itself, a role does not.
    const sign = line.lastIndexOf('=')
    const value = line.slice(0, Math.max(0, sign)).trim()
    const role = givenRoles.find((each) => each === line.slice(sign + 1).trim())
    if (sign < 0 || value === '' || role === undefined) return { line: at + 1 }
    roles.push({ value, role })
  }
  const claim = claimName.trim() === '' || roles.length === 0 ? null : { name: claimName.trim(), roles }
  const role = newcomers === 'claim' || newcomers === 'invited' ? null : newcomers
  return {
    body: {
      ...{ name: name.trim(), issuer: issuer.trim(), clientId: clientId.trim(), isOnlyWay },
      domains: draft.domains.split(/[\s,，、;]+/).filter((each) => each !== ''),
      newcomers: newcomers === 'invited' ? null : { organizationId, role, claim },
      ...(clientSecret.trim() !== '' && { clientSecret: clientSecret.trim() }),
    },
  }
}
