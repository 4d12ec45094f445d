import { useMutation, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { renderSVG } from 'uqr'
import { formatMoment } from '../format.ts'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Failure, Loading } from '../parts/notice.tsx'
import { Heading, Panel } from '../parts/panel.tsx'
import { sayDevice } from './device.ts'
import { EntryForm, Field, Problem } from './entry-frame.tsx'
import { makePasskey } from './passkey.ts'
import { accountQuery, passkeysQuery, sessionsQuery } from './queries.ts'

const readAgain = () => queryClient.invalidateQueries({ queryKey: accountQuery.queryKey })

/** A person's own account: password, second factor, passkeys, and where they are signed in. */
export function AccountScreen() {
  const { t } = useLanguage()
  const account = useQuery(accountQuery)
  if (account.error) return <Failure error={account.error} onRetry={() => void account.refetch()} />
  if (account.data === undefined) return <Loading />
  if (account.data === null)
    return (
      <Heading title={t('accounts.account')} note={t('accounts.noAccounts')}>
        <Link to="/setup" className="control">
          {t('accounts.setUpNow')}
        </Link>
      </Heading>
    )
  const { user, session } = account.data
  return (
    <>
      <Heading title={user.name} note={user.email} />
      <div className="grid gap-5 lg:grid-cols-2">
        <SecondFactor isOn={user.twoFactorEnabled === true} />
        <Passkeys />
        <Password />
        <Sessions own={session.token} />
      </div>
    </>
  )
}

function SecondFactor({ isOn }: { isOn: boolean }) {
  const { t } = useLanguage()
  const [password, setPassword] = useState('')
  const [code, setCode] = useState('')
  const begin = useMutation({ mutationFn: () => hub.beginTwoFactor(password) })
  const finish = useMutation({
    mutationFn: () => hub.verifyTotp(code.replace(/\s/g, '')),
    onSuccess: readAgain,
  })
  const end = useMutation({
    mutationFn: () => hub.endTwoFactor(password),
    onSuccess: async () => {
      setPassword('')
      begin.reset()
      await readAgain()
    },
  })
  const ask = isOn ? end : begin
  const begun = isOn ? undefined : begin.data
  return (
    <Panel title={t('accounts.secondFactor')} note={t(isOn ? 'accounts.on' : 'accounts.off')}>
      <div className="p-4">
        {begun === undefined ? (
          <EntryForm
            action={t(isOn ? 'accounts.turnOff' : 'accounts.turnOn')}
            isBusy={ask.isPending}
            error={ask.error}
            onSubmit={() => ask.mutate()}
          >
            <p className="text-ink-2">
              {t(isOn ? 'accounts.secondFactorOnText' : 'accounts.secondFactorOffText')}
            </p>
            <Field
              label={t('accounts.currentPassword')}
              type="password"
              value={password}
              onChange={setPassword}
              autoComplete="current-password"
            />
          </EntryForm>
        ) : (
          <EntryForm
            action={t('accounts.goOn')}
            isBusy={finish.isPending}
            error={finish.error}
            onSubmit={() => finish.mutate()}
          >
            <p>{t('accounts.scanThis')}</p>
            <img
              alt={t('accounts.qrCode')}
              className="mx-auto size-48 rounded bg-white p-2"
              src={`data:image/svg+xml;utf8,${encodeURIComponent(renderSVG(begun.totpURI))}`}
            />
            <p className="text-xs break-all text-ink-2">
              {t('accounts.orType')} <code>{new URL(begun.totpURI).searchParams.get('secret')}</code>
            </p>
            <p>{t('accounts.keepBackupCodes')}</p>
            <ul className="grid grid-cols-2 gap-x-4 rounded border border-line p-3 font-mono text-sm">
              {begun.backupCodes.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
            <Field
              label={t('accounts.code')}
              value={code}
              onChange={setCode}
              autoComplete="one-time-code"
              inputMode="numeric"
            />
          </EntryForm>
        )}
      </div>
    </Panel>
  )
}

function Passkeys() {
  const { t, locale } = useLanguage()
  const passkeys = useQuery(passkeysQuery)
  const [name, setName] = useState('')
  const add = useMutation({
    mutationFn: () => makePasskey(name),
    onSuccess: async () => {
      setName('')
      await readAgain()
    },
  })
  const remove = useMutation({ mutationFn: (id: string) => hub.removePasskey(id), onSuccess: readAgain })
  return (
    <Panel title={t('accounts.passkeys')}>
      <div className="space-y-4 p-4">
        <p className="text-ink-2">{t('accounts.passkeysText')}</p>
        <ul className="divide-y divide-line">
          {passkeys.data?.map((each) => (
            <li key={each.id} className="flex items-center justify-between gap-3 py-2">
              <span>
                {each.name ?? t('accounts.passkey')}{' '}
                {each.createdAt !== null && (
                  <span className="text-xs text-ink-2">{formatMoment(locale, each.createdAt)}</span>
                )}
              </span>
              <button type="button" className="control" onClick={() => remove.mutate(each.id)}>
                {t('accounts.remove')}
              </button>
            </li>
          ))}
        </ul>
        <EntryForm
          action={t('accounts.addPasskey')}
          isBusy={add.isPending}
          error={add.error ?? remove.error}
          onSubmit={() => add.mutate()}
        >
          <Field label={t('accounts.passkeyName')} value={name} onChange={setName} autoComplete="off" />
        </EntryForm>
      </div>
    </Panel>
  )
}

function Password() {
  const { t } = useLanguage()
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const change = useMutation({
    mutationFn: () => hub.changePassword(current, next),
    onSuccess: async () => {
      setCurrent('')
      setNext('')
      await readAgain()
    },
  })
  return (
    <Panel title={t('accounts.password')}>
      <div className="p-4">
        <EntryForm
          action={t('accounts.changePassword')}
          isBusy={change.isPending}
          error={change.error}
          onSubmit={() => change.mutate()}
        >
          <Field
            label={t('accounts.currentPassword')}
            type="password"
            value={current}
            onChange={setCurrent}
            autoComplete="current-password"
          />
          <Field
            label={t('accounts.newPassword')}
            note={t('accounts.passwordNote')}
            type="password"
            value={next}
            onChange={setNext}
            autoComplete="new-password"
          />
          {change.isSuccess && <p role="status">{t('accounts.passwordChanged')}</p>}
        </EntryForm>
      </div>
    </Panel>
  )
}

function Sessions({ own }: { own: string }) {
  const { t, locale } = useLanguage()
  const sessions = useQuery(sessionsQuery)
  const end = useMutation({ mutationFn: (token: string) => hub.endSession(token), onSuccess: readAgain })
  const endOthers = useMutation({ mutationFn: () => hub.endOtherSessions(), onSuccess: readAgain })
  return (
    <Panel
      title={t('accounts.sessions')}
      note={
        (sessions.data?.length ?? 0) > 1 && (
          <button type="button" className="min-h-7 underline" onClick={() => endOthers.mutate()}>
            {t('accounts.endOthers')}
          </button>
        )
      }
    >
      {sessions.data === undefined && <Loading lines={2} />}
      <ul className="divide-y divide-line px-4">
        {sessions.data?.map(({ id, token, userAgent, ipAddress, createdAt }) => (
          <li key={id} className="flex items-center justify-between gap-3 py-3">
            <div className="min-w-0">
              <p className="truncate" title={userAgent ?? undefined}>
                {sayDevice(userAgent) ?? t('accounts.unknownDevice')}
              </p>
              <p className="text-xs text-ink-2">
                {ipAddress} · {formatMoment(locale, createdAt)}
              </p>
            </div>
            {token === own ? (
              <span className="text-xs whitespace-nowrap text-ink-2">{t('accounts.thisSession')}</span>
            ) : (
              <button type="button" className="control" onClick={() => end.mutate(token)}>
                {t('accounts.end')}
              </button>
            )}
          </li>
        ))}
      </ul>
      <Problem error={end.error ?? endOthers.error} />
    </Panel>
  )
}
