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
import { RoleField } from './members.tsx'
import { apiKeysQuery, organizationQuery } from './queries.ts'

const areas = ['overview', 'stock', 'catalogue', 'orders', 'connections', 'organization'] as const
type Area = (typeof areas)[number]
type Deed = 'none' | 'read' | 'write'

const readAgain = () => queryClient.invalidateQueries({ queryKey: organizationQuery.queryKey })

/** Keys with which programs use the API. */
export function Keys({ own }: { own: RoleName }) {
  const { t, locale } = useLanguage()
  const keys = useQuery(apiKeysQuery)
  const [ending, setEnding] = useState<{ keyId: string; name: string }>()
  const sayScope = (scope: string) => {
    const [area = '', deed = ''] = scope.split(':')
    return `${t(`accounts.area.${area as Area}`, { defaultValue: area })} (${t(`accounts.deed.${deed as Deed}`, { defaultValue: deed })})`
  }
  const revoke = useMutation({
    mutationFn: (keyId: string) => hub.revokeApiKey(keyId),
    onSettled: () => {
      setEnding(undefined)
      void readAgain()
    },
  })
  return (
    <Panel title={t('accounts.keys')} table={{ operation: 'listApiKeys' }}>
      {keys.error && <Failure error={keys.error} onRetry={() => void keys.refetch()} />}
      {keys.data === undefined && !keys.error && <Loading lines={2} />}
      {keys.data?.rows.length === 0 && <p className="p-4 text-ink-2">{t('accounts.noKeys')}</p>}
      <ul className="divide-y divide-line px-4">
        {keys.data?.rows.map((key) => (
          <li key={key.keyId} className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 py-3">
            <div className="min-w-0">
              <p className="font-medium">
                {key.name} <code className="text-xs text-ink-2">{key.hint}…</code>
              </p>
              <p className="text-xs text-ink-2">
                {t(`accounts.role.${key.role}`)} · {key.scopes.map(sayScope).join(', ')} ·{' '}
                {key.lastUsedAt === null
                  ? t('accounts.neverUsed')
                  : t('accounts.lastUsed', { at: formatMoment(locale, key.lastUsedAt) })}
              </p>
            </div>
            {key.revokedAt === null ? (
              <button type="button" className="control" onClick={() => setEnding(key)}>
                {t('accounts.revoke')}
              </button>
            ) : (
              <span className="text-xs text-ink-2">
                {t('accounts.revokedAt', { at: formatMoment(locale, key.revokedAt) })}
              </span>
            )}
          </li>
        ))}
      </ul>
      <div className="px-4 pb-2">
        <Problem error={revoke.error} />
      </div>
      <NewKey own={own} />
      <Confirm
        isOpen={ending !== undefined}
        title={t('accounts.revokeTitle', { name: ending?.name })}
        text={t('accounts.revokeText')}
        action={t('accounts.revoke')}
        isBusy={revoke.isPending}
        onConfirm={() => ending !== undefined && revoke.mutate(ending.keyId)}
        onClose={() => setEnding(undefined)}
      />
    </Panel>
  )
}

function NewKey({ own }: { own: RoleName }) {
  const { t } = useLanguage()
  const [name, setName] = useState('')
  const [role, setRole] = useState<RoleName>('operator')
  const [limits, setLimits] = useState(NO_LIMITS)
  const [deeds, setDeeds] = useState<Partial<Record<Area, Deed>>>({ stock: 'read' })
  const scopes = areas.flatMap((area) => {
    const deed = deeds[area] ?? 'none'
    return deed === 'none' ? [] : [`${area}:${deed}`]
  })
  const make = useMutation({
    mutationFn: () => hub.makeApiKey({ name, role, limits, scopes }),
    onSuccess: async () => {
      setName('')
      await readAgain()
    },
  })
  return (
    <div className="border-t border-line p-4">
      <h3 className="mb-3 font-semibold">{t('accounts.newKey')}</h3>
      <div className="max-w-2xl">
        <EntryForm
          action={t('accounts.makeKey')}
          isBusy={make.isPending}
          error={make.error}
          onSubmit={() => make.mutate()}
        >
          <Field label={t('accounts.keyName')} value={name} onChange={setName} autoComplete="off" />
          <RoleField own={own} value={role} onChange={setRole} />
          <fieldset>
            <legend className="mb-1 font-medium">{t('accounts.scopes')}</legend>
            <div className="grid gap-2 sm:grid-cols-2">
              {areas.map((area) => (
                <label key={area} className="flex items-center justify-between gap-3">
                  {t(`accounts.area.${area}`)}
                  <select
                    className="control"
                    value={deeds[area] ?? 'none'}
                    onChange={(event) => setDeeds({ ...deeds, [area]: event.target.value as Deed })}
                  >
                    {(['none', 'read', 'write'] as const).map((deed) => (
                      <option key={deed} value={deed}>
                        {t(`accounts.deed.${deed}`)}
                      </option>
                    ))}
                  </select>
                </label>
              ))}
            </div>
          </fieldset>
          <LimitsField value={limits} onChange={setLimits} />
          {make.data !== undefined && (
            <div role="status" className="rounded border border-amber-fill bg-amber-soft p-3">
              <p>{t('accounts.keyOnce')}</p>
              <code className="mt-1 block text-sm break-all">{make.data.secret}</code>
            </div>
          )}
        </EntryForm>
      </div>
    </div>
  )
}
