import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { AuditLog } from './audit-log.tsx'
import { DeleteBrand } from './delete-brand.tsx'
import { Problem } from './entry-frame.tsx'
import { Keys } from './keys.tsx'
import { Members } from './members.tsx'
import { PersonalDataKept } from './personal-data-kept.tsx'
import { meQuery, organizationQuery } from './queries.ts'
import { SingleSignOn } from './single-sign-on.tsx'
import { TakeAlong } from './take-along.tsx'
import { TrySample } from './try-sample.tsx'
import { Brands, useSignOut } from './who.tsx'

/** The organization: its name, who works in it, which programs may use it, and who did what. */
export function SettingsScreen() {
  const { t } = useLanguage()
  const organization = useQuery(organizationQuery)
  const { data: me } = useQuery({ ...meQuery, retry: false, retryOnMount: false })
  if (organization.data === undefined)
    return (
      <>
        <Heading title={t('accounts.settings')} />
        <div className="panel">
          {organization.error ? (
            <Failure error={organization.error} onRetry={() => void organization.refetch()} />
          ) : (
            <Loading />
          )}
        </div>
      </>
    )
  const { organizationId, name, role } = organization.data
  const isSample = me?.organizations.some((each) => each.organizationId === organizationId && each.isSample)
  const isAdmin = role === 'admin' || role === 'owner'
  return (
    <>
      <Heading
        title={t('accounts.settings')}
        note={t('accounts.yourRole', { role: t(`accounts.role.${role}`) })}
      />
      {/* On a phone there is no room for it beside the navigation. */}
      {me !== undefined && (
        <div className="md:hidden">
          <Brands me={me} className="control mb-4 min-h-11 w-full" />
        </div>
      )}
      {me?.kind === 'person' && <OwnLinks name={me.name ?? ''} />}
      {me?.kind === 'machine' && (
        <p className="mb-4 rounded-md border border-line bg-surface px-4 py-3 text-ink-2">
          {t('accounts.noAccounts')}{' '}
          <a className="underline" href="/setup">
            {t('accounts.setUpNow')}
          </a>
        </p>
      )}
      <div className="space-y-5">
        <Name key={name} name={name} mayChange={isAdmin} />
        <Members own={role} isAdmin={isAdmin} />
        {isAdmin && <Keys own={role} />}
        {role === 'owner' && <SingleSignOn />}
        <PersonalDataKept mayChange={isAdmin} />
        {isAdmin && <AuditLog />}
        {role === 'owner' && <TakeAlong />}
        {me?.mayMakeSample && !isSample && (
          <Panel title={t('firstDay.sampleTitle')}>
            <div className="p-4">
              <TrySample />
            </div>
          </Panel>
        )}
        {role === 'owner' && !isSample && <DeleteBrand name={name} />}
      </div>
    </>
  )
}

/** On a phone these have no room beside the navigation. */
function OwnLinks({ name }: { name: string }) {
  const { t } = useLanguage()
  const leave = useSignOut()
  return (
    <div className="mb-4 flex items-center justify-between gap-3 md:hidden">
      <Link to="/account" className="control">
        {name}
      </Link>
      <button type="button" className="control" onClick={() => leave.mutate()} disabled={leave.isPending}>
        {t('accounts.signOut')}
      </button>
    </div>
  )
}

function Name({ name, mayChange }: { name: string; mayChange: boolean }) {
  const { t } = useLanguage()
  const [wanted, setWanted] = useState(name)
  const rename = useMutation({
    mutationFn: () => hub.renameOrganization(wanted),
    onSuccess: () => queryClient.invalidateQueries(),
  })
  return (
    <Panel title={t('accounts.brand')}>
      <form
        className="flex flex-wrap items-end gap-3 p-4"
        onSubmit={(event) => {
          event.preventDefault()
          rename.mutate()
        }}
      >
        <input
          aria-label={t('accounts.brand')}
          className="control w-72 max-w-full"
          value={wanted}
          disabled={!mayChange}
          onChange={(event) => setWanted(event.target.value)}
        />
        {mayChange && (
          <button
            type="submit"
            className="control"
            disabled={rename.isPending || wanted.trim() === '' || wanted === name}
          >
            {t('accounts.save')}
          </button>
        )}
        <Problem error={rename.error} />
      </form>
    </Panel>
  )
}
