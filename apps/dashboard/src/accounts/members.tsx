import type { RoleName } from '@plimsoll/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { formatMoment } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { EntryForm, Field, Problem } from './entry-frame.tsx'
import { LimitsField, NO_LIMITS } from './limits-field.tsx'
import { LimitsLine } from './limits-line.tsx'
import { MemberLimits } from './member-limits.tsx'
import { invitationsQuery, membersQuery, organizationQuery } from './queries.ts'
import { rolesUpTo } from './roles.ts'

const readAgain = () => queryClient.invalidateQueries({ queryKey: organizationQuery.queryKey })

/** Who works in the organization; admins change that, and invite others. */
export function Members({ own, isAdmin }: { own: RoleName; isAdmin: boolean }) {
  const { t } = useLanguage()
  const members = useQuery(membersQuery)
  const [limiting, setLimiting] = useState<string>()
  const [leaving, setLeaving] = useState<{ personId: string; name: string; isYou: boolean }>()
  const change = useMutation({
    mutationFn: ({ personId, ...member }: { personId: string; role: RoleName; limits: typeof NO_LIMITS }) =>
      hub.changeMember(personId, member),
    onSuccess: readAgain,
  })
  const remove = useMutation({
    mutationFn: (personId: string) => hub.removeMember(personId),
    onSuccess: () => queryClient.invalidateQueries(),
    onSettled: () => setLeaving(undefined),
  })
  const rows = members.data?.rows ?? []
  return (
    <Panel
      title={t('accounts.members')}
      note={rows.length > 0 && rows.length}
      table={{ operation: 'listMembers' }}
    >
      {members.error && <Failure error={members.error} onRetry={() => void members.refetch()} />}
      {members.data === undefined && !members.error && <Loading lines={3} />}
      {members.data !== undefined && rows.length === 0 && (
        <p className="p-4 text-ink-2">{t('accounts.nobodyYet')}</p>
      )}
      <ul className="divide-y divide-line px-4">
        {rows.map(({ personId, name, email, role, limits, twoFactor, isYou }) => (
          <li key={personId} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
            <div className="min-w-0">
              <p className="font-medium">
                {name} {isYou && <span className="text-xs text-ink-2">{t('accounts.you')}</span>}
              </p>
              <p className="truncate text-xs text-ink-2">
                {email}
                {twoFactor && ` · ${t('accounts.secondFactor')}`}
              </p>
              <LimitsLine limits={limits} />
            </div>
            <div className="flex flex-wrap items-center gap-2">
              {isAdmin && rolesUpTo(own).includes(role) && (
                <button
                  type="button"
                  className="control"
                  aria-expanded={limiting === personId}
                  aria-label={t('accounts.limitsOf', { name })}
                  onClick={() => setLimiting(limiting === personId ? undefined : personId)}
                >
                  {t('accounts.limits')}
                </button>
              )}
              {isAdmin && rolesUpTo(own).includes(role) ? (
                <select
                  aria-label={t('accounts.roleOf', { name })}
                  className="control"
                  value={role}
                  onChange={(event) =>
                    change.mutate({ personId, role: event.target.value as RoleName, limits })
                  }
                >
                  {rolesUpTo(own).map((each) => (
                    <option key={each} value={each}>
                      {t(`accounts.role.${each}`)}
                    </option>
                  ))}
                </select>
              ) : (
                <span>{t(`accounts.role.${role}`)}</span>
              )}
              {(isAdmin || isYou) && (
                <button
                  type="button"
                  className="control"
                  onClick={() => setLeaving({ personId, name, isYou })}
                >
                  {t(isYou ? 'accounts.leave' : 'accounts.remove')}
                </button>
              )}
            </div>
            {limiting === personId && (
              <MemberLimits
                member={{ personId, name, role, limits }}
                onClose={() => setLimiting(undefined)}
              />
            )}
          </li>
        ))}
      </ul>
      <div className="px-4 pb-2">
        <Problem error={change.error ?? remove.error} />
      </div>
      {isAdmin && <Invitations own={own} />}
      <Confirm
        isOpen={leaving !== undefined}
        title={t(leaving?.isYou === true ? 'accounts.leaveTitle' : 'accounts.removeTitle', {
          name: leaving?.name,
        })}
        text={t('accounts.removeText')}
        action={t(leaving?.isYou === true ? 'accounts.leave' : 'accounts.remove')}
        isBusy={remove.isPending}
        onConfirm={() => leaving !== undefined && remove.mutate(leaving.personId)}
        onClose={() => setLeaving(undefined)}
      />
    </Panel>
  )
}

function Invitations({ own }: { own: RoleName }) {
  const { t, language, locale } = useLanguage()
  const invitations = useQuery(invitationsQuery)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<RoleName>('operator')
  const [limits, setLimits] = useState(NO_LIMITS)
  const invite = useMutation({
    mutationFn: () => hub.invite({ email, role, limits, language }),
    onSuccess: async () => {
      setEmail('')
      setLimits(NO_LIMITS)
      await readAgain()
    },
  })
  const withdraw = useMutation({
    mutationFn: (id: string) => hub.withdrawInvitation(id),
    onSuccess: readAgain,
  })
  return (
    <div className="border-t border-line p-4">
      <h3 className="font-semibold">{t('accounts.invite')}</h3>
      <ul className="divide-y divide-line">
        {invitations.data?.rows.map((each) => (
          <li key={each.invitationId} className="flex flex-wrap items-center justify-between gap-2 py-2">
            <span>
              {each.email} · {t(`accounts.role.${each.role}`)}{' '}
              <span className="text-xs text-ink-2">
                {t('accounts.until', { at: formatMoment(locale, each.expiresAt) })}
              </span>
              <LimitsLine limits={each.limits} />
            </span>
            <button type="button" className="control" onClick={() => withdraw.mutate(each.invitationId)}>
              {t('accounts.withdraw')}
            </button>
          </li>
        ))}
      </ul>
      <div className="mt-3 max-w-2xl">
        <EntryForm
          action={t('accounts.sendInvitation')}
          isBusy={invite.isPending}
          error={invite.error ?? withdraw.error}
          onSubmit={() => invite.mutate()}
        >
          <Field
            label={t('accounts.email')}
            type="email"
            value={email}
            onChange={setEmail}
            autoComplete="off"
          />
          <RoleField own={own} value={role} onChange={setRole} />
          <LimitsField value={limits} onChange={setLimits} />
          {invite.data !== undefined && (
            <div role="status" className="rounded border border-line bg-surface p-3">
              <p>{t('accounts.invited')}</p>
              <code className="mt-1 block text-xs break-all">{invite.data.url}</code>
            </div>
          )}
        </EntryForm>
      </div>
    </div>
  )
}

/** A role, with what it may do. */
export function RoleField(props: { own: RoleName; value: RoleName; onChange: (role: RoleName) => void }) {
  const { t } = useLanguage()
  return (
    <label className="block">
      <span className="mb-1 block font-medium">{t('accounts.roleTitle')}</span>
      <select
        className="control w-full"
        value={props.value}
        onChange={(event) => props.onChange(event.target.value as RoleName)}
      >
        {rolesUpTo(props.own).map((each) => (
          <option key={each} value={each}>
            {t(`accounts.role.${each}`)}
          </option>
        ))}
      </select>
      <span className="mt-1 block text-xs text-ink-2">{t(`accounts.roleText.${props.value}`)}</span>
    </label>
  )
}
