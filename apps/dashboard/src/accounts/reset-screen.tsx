import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { EntryForm, EntryFrame, Field } from './entry-frame.tsx'

/** Where the link of the letter about a forgotten password leads. */
export function ResetScreen() {
  const { t } = useLanguage()
  const token = new URLSearchParams(location.search).get('token') ?? ''
  const [password, setPassword] = useState('')
  const reset = useMutation({ mutationFn: () => hub.resetPassword(token, password) })
  if (reset.isSuccess) {
    return (
      <EntryFrame title={t('accounts.resetDone')}>
        <a className="control control-strong" href="/">
          {t('accounts.signIn')}
        </a>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={t('accounts.resetTitle')} text={t('accounts.resetText')}>
      <EntryForm
        action={t('accounts.setPassword')}
        isBusy={reset.isPending}
        error={reset.error}
        onSubmit={() => reset.mutate()}
      >
        <Field
          label={t('accounts.newPassword')}
          note={t('accounts.passwordNote')}
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="new-password"
        />
      </EntryForm>
    </EntryFrame>
  )
}
