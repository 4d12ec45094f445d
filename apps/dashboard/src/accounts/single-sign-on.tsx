import type { SingleSignOnView } from '@plimsoll/client'
import { isSignInNeeded } from '@plimsoll/client/client'
import { useMutation, useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Failure, Loading } from '../parts/notice.tsx'
import { Panel } from '../parts/panel.tsx'
import { Problem } from './entry-frame.tsx'
import { meQuery, organizationQuery, singleSignOnQuery } from './queries.ts'
import { type SsoDraft, toBody, toDraft } from './sso-draft.ts'

/** With which provider people sign in to this hub; for owners of the organization with which it was set up. */
export function SingleSignOn() {
  const { t } = useLanguage()
  const found = useQuery({ ...singleSignOnQuery, retry: false })
  const organization = useQuery(organizationQuery)
  const [isOpen, setIsOpen] = useState(false)
  // Owners of other organizations of this hub have no say in it.
  if (codeOf(found.error) === 'not-allowed' || isSignInNeeded(found.error)) return null
  if (found.error) return <Failure error={found.error} onRetry={() => void found.refetch()} />
  if (found.data === undefined || organization.data === undefined) {
    return (
      <Panel title={t('sso.title')}>
        <Loading lines={2} />
      </Panel>
    )
  }
  const { setting, redirectUri } = found.data
  return (
    <Panel title={t('sso.title')}>
      <div className="space-y-3 p-4">
        {setting === null ? <p className="text-ink-2">{t('sso.none')}</p> : <Told setting={setting} />}
        <p className="text-ink-2">
          {t('sso.redirectUri')} <code className="break-all text-ink select-all">{redirectUri}</code>
        </p>
        {isOpen ? (
          <SsoForm
            first={toDraft(setting, organization.data.organizationId)}
            isNew={setting === null}
            onDone={() => setIsOpen(false)}
          />
        ) : (
          <div className="flex flex-wrap gap-2">
            <button type="button" className="control" onClick={() => setIsOpen(true)}>
              {t(setting === null ? 'sso.setUp' : 'sso.change')}
            </button>
            {setting !== null && <Remove name={setting.name} />}
          </div>
        )}
      </div>
    </Panel>
  )
}

function Told({ setting }: { setting: NonNullable<SingleSignOnView['setting']> }) {
  const { t } = useLanguage()
  const { name, issuer, domains, newcomers, isOnlyWay } = setting
  return (
    <>
      <p>
        <span className="font-medium">{name}</span> <span className="break-all text-ink-2">{issuer}</span>
      </p>
      <p className="text-ink-2">
        {t('sso.forDomains', { domains: domains.join(', ') })} {isOnlyWay && t('sso.isOnlyWay')}{' '}
        {newcomers === null
          ? t('sso.onlyInvited')
          : newcomers.role === null
            ? t('sso.onlyByClaim')
            : t('sso.newcomersAre', { role: t(`accounts.role.${newcomers.role}`) })}
      </p>
    </>
  )
}

function Remove({ name }: { name: string }) {
  const { t } = useLanguage()
  const [isAsking, setIsAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => hub.removeSingleSignOn(),
    onSuccess: () => queryClient.invalidateQueries(),
    onSettled: () => setIsAsking(false),
  })
  return (
    <>
      <button type="button" className="control" onClick={() => setIsAsking(true)}>
        {t('sso.remove')}
      </button>
      <Problem error={remove.error} />
      <Confirm
        isOpen={isAsking}
        title={t('sso.removeTitle', { name })}
        text={t('sso.removeText')}
        action={t('sso.remove')}
        isBusy={remove.isPending}
        onConfirm={() => remove.mutate()}
        onClose={() => setIsAsking(false)}
      />
    </>
  )
}

function SsoForm({ first, isNew, onDone }: { first: SsoDraft; isNew: boolean; onDone: () => void }) {
  const { t } = useLanguage()
  const [draft, setDraft] = useState(first)
  const [wrongLine, setWrongLine] = useState<number>()
  const { data: me } = useQuery(meQuery)
  const save = useMutation({
    mutationFn: hub.setSingleSignOn,
    onSuccess: async () => {
      await queryClient.invalidateQueries()
      onDone()
    },
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const made = toBody(draft)
    setWrongLine('line' in made ? made.line : undefined)
    if ('body' in made) save.mutate(made.body)
  }
  const set = (change: Partial<SsoDraft>) => setDraft({ ...draft, ...change })
  const owned = me?.organizations.filter(({ role }) => role === 'owner') ?? []
  return (
    <form onSubmit={submit} className="space-y-4 border-t border-line pt-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <TextField label={t('sso.name')} value={draft.name} onChange={(name) => set({ name })} />
        <TextField label={t('sso.issuer')} value={draft.issuer} onChange={(issuer) => set({ issuer })} />
        <TextField
          label={t('sso.clientId')}
          value={draft.clientId}
          onChange={(clientId) => set({ clientId })}
        />
        <TextField
          label={t('sso.clientSecret')}
          note={isNew ? undefined : t('sso.secretKept')}
          isSecret
          isRequired={isNew}
          value={draft.clientSecret}
          onChange={(clientSecret) => set({ clientSecret })}
        />
        <TextField
          label={t('sso.domains')}
          note={t('sso.domainsNote')}
          value={draft.domains}
          onChange={(domains) => set({ domains })}
        />
        <label className="block">
          <span className="mb-1 block font-medium">{t('sso.newcomers')}</span>
          <select
            className="control w-full"
            value={draft.newcomers}
            onChange={({ target }) => set({ newcomers: target.value as SsoDraft['newcomers'] })}
          >
            <option value="invited">{t('sso.choice.invited')}</option>
            <option value="claim">{t('sso.choice.claim')}</option>
            <option value="viewer">{t('sso.choice.viewer')}</option>
            <option value="operator">{t('sso.choice.operator')}</option>
            <option value="admin">{t('sso.choice.admin')}</option>
          </select>
        </label>
        {draft.newcomers !== 'invited' && owned.length > 1 && (
          <label className="block">
            <span className="mb-1 block font-medium">{t('sso.organization')}</span>
            <select
              className="control w-full"
              value={draft.organizationId}
              onChange={({ target }) => set({ organizationId: target.value })}
            >
              {owned.map(({ organizationId, name }) => (
                <option key={organizationId} value={organizationId}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        )}
        {draft.newcomers !== 'invited' && <ClaimFields draft={draft} set={set} wrongLine={wrongLine} />}
      </div>
      <label className="flex items-start gap-2">
        <input
          type="checkbox"
          className="mt-1"
          checked={draft.isOnlyWay}
          onChange={({ target }) => set({ isOnlyWay: target.checked })}
        />
        <span>
          {t('sso.onlyWay')}
          <span className="block text-xs text-ink-2">{t('sso.onlyWayNote')}</span>
        </span>
      </label>
      <Problem error={save.error} />
      <div className="flex gap-2">
        <button type="submit" className="control control-strong" disabled={save.isPending}>
          {t('sso.save')}
        </button>
        <button type="button" className="control" onClick={onDone}>
          {t('accounts.back')}
        </button>
      </div>
    </form>
  )
}

function ClaimFields(props: {
  draft: SsoDraft
  set: (change: Partial<SsoDraft>) => void
  wrongLine: number | undefined
}) {
  const { t } = useLanguage()
  const { draft, set, wrongLine } = props
  const note = useId()
  return (
    <>
      <TextField
        label={t('sso.claim')}
        note={t('sso.claimNote')}
        isRequired={draft.newcomers === 'claim'}
        value={draft.claimName}
        onChange={(claimName) => set({ claimName })}
      />
      <label className="block">
        <span className="mb-1 block font-medium">{t('sso.claimRoles')}</span>
        <textarea
          className="control h-24 w-full py-1.5 font-mono text-sm"
          value={draft.claimRoles}
          required={draft.newcomers === 'claim'}
          aria-describedby={note}
          aria-invalid={wrongLine !== undefined}
          onChange={({ target }) => set({ claimRoles: target.value })}
        />
        <span id={note} className="mt-1 block text-xs text-ink-2">
          {t('sso.claimRolesNote')}
        </span>
        {wrongLine !== undefined && (
          <span role="alert" className="mt-1 block text-red">
            {t('sso.claimLine', { line: wrongLine })}
          </span>
        )}
      </label>
    </>
  )
}

function TextField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  note?: string | undefined
  isSecret?: boolean
  isRequired?: boolean
}) {
  return (
    <label className="block">
      <span className="mb-1 block font-medium">{props.label}</span>
      <input
        className="control w-full"
        type={props.isSecret === true ? 'password' : 'text'}
        value={props.value}
        required={props.isRequired ?? true}
        autoComplete={props.isSecret === true ? 'new-password' : 'off'}
        spellCheck={false}
        onChange={({ target }) => props.onChange(target.value)}
      />
      {props.note !== undefined && <span className="mt-1 block text-xs text-ink-2">{props.note}</span>}
    </label>
  )
}

function codeOf(error: unknown): string | undefined {
  return (error as { problem?: { code?: string } } | null)?.problem?.code
}
