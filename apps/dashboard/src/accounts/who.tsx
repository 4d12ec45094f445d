import type { Me } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { enter } from './enter.ts'
import { chooseOrganization, currentOrganization } from './organization.ts'
import { meQuery } from './queries.ts'

const besideNavigation = 'mb-2 min-h-8 w-full rounded border border-hull-line bg-hull-2 px-2 text-white'

/** Who is signed in, and in which organization; before there are accounts, how to have some. */
export function Who() {
  const { t } = useLanguage()
  const { data: me } = useQuery({ ...meQuery, retry: false, retryOnMount: false })
  const leave = useSignOut()
  if (me === undefined) return null
  if (me.kind !== 'person') {
    return (
      <div className="hidden border-t border-hull-line pt-3 text-xs leading-snug text-hull-ink md:block">
        <Brands me={me} className={besideNavigation} />
        {t('app.loopback')}{' '}
        <Link to="/setup" className="underline hover:text-white">
          {t('accounts.setUpNow')}
        </Link>
      </div>
    )
  }
  const quiet = 'min-h-8 rounded px-2 text-left text-hull-ink hover:bg-hull-2 hover:text-white md:-mx-2'
  return (
    <div className="hidden flex-col border-t border-hull-line pt-3 text-[0.86rem] md:flex">
      <Brands me={me} className={besideNavigation} />
      <Link to="/account" className={`${quiet} py-1.5`}>
        {me.name}
      </Link>
      <Link to="/settings" className={`${quiet} py-1.5`}>
        {t('accounts.settings')}
      </Link>
      <button type="button" className={quiet} onClick={() => leave.mutate()} disabled={leave.isPending}>
        {t('accounts.signOut')}
      </button>
    </div>
  )
}

/** Which brand this tab is about, where there are several. @param className of where it stands: beside the navigation it is dark */
export function Brands({ me, className }: { me: Me; className: string }) {
  const { t } = useLanguage()
  if (me.organizations.length < 2) return null
  return (
    <select
      aria-label={t('accounts.organization')}
      className={className}
      value={currentOrganization()}
      onChange={(event) => {
        chooseOrganization(event.target.value)
        void enter()
      }}
    >
      {me.organizations.map(({ organizationId, name }) => (
        <option key={organizationId} value={organizationId}>
          {name}
        </option>
      ))}
    </select>
  )
}

export function useSignOut() {
  return useMutation({ mutationFn: () => hub.signOut(), onSuccess: enter })
}
