import { isSetUpNeeded, isSignInNeeded } from '@plimsoll/client/client'
import { useQuery } from '@tanstack/react-query'
import { Navigate, Outlet, useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { allWords } from '../language.ts'
import { startLive } from '../live.ts'
import { Shell } from '../shell.tsx'
import { meQuery } from './queries.ts'

const FirstBrand = lazy(async () => ({ default: (await import('./first-brand.tsx')).FirstBrand }))
const SignIn = lazy(async () => {
  const [{ SignIn }] = await Promise.all([import('./sign-in.tsx'), allWords()])
  return { default: SignIn }
})

/** Pages for people who are not signed in (yet). */
const entries = new Set(['/setup', '/join', '/reset-password', '/sign-up'])

/** Everything but the pages of entry is for people who are signed in; before the hub has accounts, for its machine. */
export function Gate() {
  const { pathname } = useLocation()
  return entries.has(pathname) ? <Outlet /> : <Inside />
}

function Inside() {
  const { data: me, error } = useQuery({ ...meQuery, retry: false })
  const isOut = isSignInNeeded(error)
  // A hub that nobody has set up yet, seen from elsewhere than its own machine.
  const isToSetUp = isSetUpNeeded(error)
  const isKnown = me !== undefined || (error !== null && !isOut && !isToSetUp)
  // While it is asked again who is there, the screens stay: an answer that failed is forgotten meanwhile.
  const [wasIn, setIn] = useState(false)
  useEffect(() => {
    if (isKnown) setIn(true)
    if (isOut) setIn(false)
  }, [isKnown, isOut])
  const isOfNothing = me?.kind === 'person' && me.organizations.length === 0
  const mayCome = (isKnown || (wasIn && !isOut)) && !isOfNothing
  const organization = me?.organizations.map(({ organizationId }) => organizationId).join() ?? ''
  useEffect(() => (mayCome ? startLive() : undefined), [mayCome, me?.personId, organization])
  if (isToSetUp) return <Navigate to="/setup" replace />
  if (isOfNothing)
    return (
      <Suspense fallback={null}>
        <FirstBrand mayMake={me.mayMakeOrganizations} mayTry={me.mayMakeSample} />
      </Suspense>
    )
  if (mayCome) return <Shell />
  if (error === null) return null
  return (
    <Suspense fallback={null}>
      <SignIn />
    </Suspense>
  )
}
