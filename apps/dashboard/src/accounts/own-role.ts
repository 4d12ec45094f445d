import { useQuery } from '@tanstack/react-query'
import { organizationQuery } from './queries.ts'

/** Whether who looks may do what admins may; undefined: not known yet. What the hub would refuse is not offered. */
export function useIsAdmin(): boolean | undefined {
  const { data } = useQuery(organizationQuery)
  return data === undefined ? undefined : data.role === 'admin' || data.role === 'owner'
}

/** The same for a control that names the least role that it needs. */
export function useMay(needs: 'operator' | 'admin'): boolean | undefined {
  const [isOperator, isAdmin] = [useIsOperator(), useIsAdmin()]
  return needs === 'admin' ? isAdmin : isOperator
}

/** Whether who looks may do what operators may; undefined: not known yet. */
export function useIsOperator(): boolean | undefined {
  const { data } = useQuery(organizationQuery)
  return data === undefined ? undefined : data.role !== 'viewer'
}
