import { isSignInNeeded } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect } from 'react'
import { startLive } from '../live.ts'
import { Shell } from '../shell.tsx'
import { meQuery } from './queries.ts'

const SignIn = lazy(async () => ({ default: (await import('./sign-in.tsx')).SignIn }))

/** Pages for people who are not signed in (yet). */
const entries = new Set(['/setup', '/join', '/reset-password', '/sign-up'])

/** Everything but the pages of entry is for people who are signed in; before the hub has accounts, for its machine. */
export function Gate() {
  const { pathname } = useLocation()
  return entries.has(pathname) ? <Outlet /> : <Inside />
}

function Inside() {
  const { data: me, error } = useQuery({ ...meQuery, retry: false })
  const mayCome = me !== undefined || (error !== null && !isSignInNeeded(error))
  const organization = me?.organizations.map(({ organizationId }) => organizationId).join() ?? ''
  useEffect(() => (mayCome ? startLive() : undefined), [mayCome, me?.personId, organization])
  if (mayCome) return <Shell />
  if (error === null) return null
  return (
    <Suspense fallback={null}>
      <SignIn />
    </Suspense>
  )
}
