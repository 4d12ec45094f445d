import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { EntryForm, EntryFrame, Field } from './entry-frame.tsx'

/** For hubs that take whoever comes: an account, whose address is asked for by a letter. */
export function SignUpScreen() {
  const { t, language } = useLanguage()
  const [person, setPerson] = useState({ name: '', email: '', password: '' })
  const set = (field: keyof typeof person) => (value: string) => setPerson({ ...person, [field]: value })
  const signUp = useMutation({ mutationFn: () => hub.signUp({ ...person, language }) })
  if (signUp.isSuccess) {
    return (
      <EntryFrame title={t('accounts.lookForLetter')}>
        <p role="status">{t('accounts.lookForLetterText', { email: person.email })}</p>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={t('accounts.signUp')}>
      <EntryForm
        action={t('accounts.signUp')}
        isBusy={signUp.isPending}
        error={signUp.error}
        onSubmit={() => signUp.mutate()}
      >
        <Field label={t('accounts.name')} value={person.name} onChange={set('name')} autoComplete="name" />
        <Field
          label={t('accounts.email')}
          type="email"
          value={person.email}
          onChange={set('email')}
          autoComplete="username"
        />
        <Field
          label={t('accounts.password')}
          note={t('accounts.passwordNote')}
          type="password"
          value={person.password}
          onChange={set('password')}
          autoComplete="new-password"
        />
      </EntryForm>
    </EntryFrame>
  )
}
