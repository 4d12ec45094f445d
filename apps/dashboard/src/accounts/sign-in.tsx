import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { enter } from './enter.ts'
import { aside, EntryForm, EntryFrame, Field, Problem } from './entry-frame.tsx'
import { signInWithPasskey } from './passkey.ts'
import { setupQuery } from './queries.ts'
import { SingleSignOnButton } from './single-sign-on-button.tsx'

type Step = 'password' | 'code' | 'backup' | 'forgot' | 'sent'

/** Shown in place of whatever somebody wanted to see; afterwards they see that. */
export function SignIn() {
  const { t } = useLanguage()
  const [step, setStep] = useState<Step>('password')
  const title =
    step === 'forgot' || step === 'sent' ? 'forgotTitle' : step === 'password' ? 'signIn' : 'secondFactor'
  return (
    <EntryFrame title={t(`accounts.${title}`)} {...(step === 'forgot' && { text: t('accounts.forgotText') })}>
      {step === 'password' && <PasswordStep onNext={setStep} />}
      {(step === 'code' || step === 'backup') && <CodeStep isBackup={step === 'backup'} onNext={setStep} />}
      {step === 'forgot' && <ForgotStep onNext={setStep} />}
      {step === 'sent' && (
        <div className="space-y-4">
          <p role="status">{t('accounts.resetSent')}</p>
          <button type="button" className="control" onClick={() => setStep('password')}>
            {t('accounts.back')}
          </button>
        </div>
      )}
    </EntryFrame>
  )
}

function PasswordStep({ onNext }: { onNext: (step: Step) => void }) {
  const { t } = useLanguage()
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { data: setup } = useQuery(setupQuery)
  const signIn = useMutation({
    mutationFn: () => hub.signIn(email, password),
    onSuccess: async (answer) => (answer.twoFactorRedirect === true ? onNext('code') : await enter()),
  })
  const passkey = useMutation({ mutationFn: signInWithPasskey, onSuccess: enter })
  return (
    <>
      <SingleSignOnButton />
      <EntryForm
        action={t('accounts.signIn')}
        isBusy={signIn.isPending}
        error={signIn.error}
        onSubmit={() => signIn.mutate()}
      >
        <Field
          label={t('accounts.email')}
          type="email"
          value={email}
          onChange={setEmail}
          autoComplete="username webauthn"
        />
        <Field
          label={t('accounts.password')}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
      </EntryForm>
      <div className="mt-4 flex flex-wrap items-center justify-between gap-2 border-t border-line pt-4">
        <button
          type="button"
          className="control"
          onClick={() => passkey.mutate()}
          disabled={passkey.isPending}
        >
          {t('accounts.usePasskey')}
        </button>
        <button type="button" className="min-h-9 text-ink-2 underline" onClick={() => onNext('forgot')}>
          {t('accounts.forgot')}
        </button>
      </div>
      <Problem error={passkey.error} />
      {setup?.signUp === 'open' && (
        <a className={aside} href="/sign-up">
          {t('accounts.signUpInstead')}
        </a>
      )}
    </>
  )
}

function CodeStep({ isBackup, onNext }: { isBackup: boolean; onNext: (step: Step) => void }) {
  const { t } = useLanguage()
  const [code, setCode] = useState('')
  const verify = useMutation({
    mutationFn: () =>
      isBackup ? hub.verifyBackupCode(code.trim()) : hub.verifyTotp(code.replace(/\s/g, '')),
    onSuccess: enter,
  })
  return (
    <>
      <EntryForm
        action={t('accounts.goOn')}
        isBusy={verify.isPending}
        error={verify.error}
        onSubmit={() => verify.mutate()}
      >
        <Field
          label={t(isBackup ? 'accounts.backupCode' : 'accounts.code')}
          note={t(isBackup ? 'accounts.backupCodeNote' : 'accounts.codeNote')}
          value={code}
          onChange={setCode}
          autoComplete="one-time-code"
          takesOver
          {...(!isBackup && { inputMode: 'numeric' as const })}
        />
      </EntryForm>
      <button type="button" className={aside} onClick={() => onNext(isBackup ? 'code' : 'backup')}>
        {t(isBackup ? 'accounts.useCode' : 'accounts.useBackupCode')}
      </button>
    </>
  )
}

function ForgotStep({ onNext }: { onNext: (step: Step) => void }) {
  const { t } = useLanguage()
  const [email, setEmail] = useState('')
  const ask = useMutation({ mutationFn: () => hub.askForReset(email), onSuccess: () => onNext('sent') })
  return (
    <>
      <EntryForm
        action={t('accounts.sendLink')}
        isBusy={ask.isPending}
        error={ask.error}
        onSubmit={() => ask.mutate()}
      >
        <Field
          label={t('accounts.email')}
          type="email"
          value={email}
          onChange={setEmail}
          autoComplete="username"
        />
      </EntryForm>
      <button type="button" className={aside} onClick={() => onNext('password')}>
        {t('accounts.back')}
      </button>
    </>
  )
}
