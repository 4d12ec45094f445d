import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { aside, EntryForm, EntryFrame } from './entry-frame.tsx'
import { PersonFields } from './person-fields.tsx'

/** For hubs that take whoever comes: an account, whose address is asked for by a letter. */
export function SignUpScreen() {
  const { t, language } = useLanguage()
  const [person, setPerson] = useState({ name: '', email: '', password: '' })
  const signUp = useMutation({ mutationFn: () => hub.signUp({ ...person, language }) })
  if (signUp.isSuccess) {
    return (
      <EntryFrame title={t('accounts.lookForLetter')}>
        <p role="status">{t('accounts.lookForLetterText', { email: person.email })}</p>
        <a className={aside} href="/">
          {t('accounts.signInInstead')}
        </a>
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
        <PersonFields person={person} onChange={setPerson} />
      </EntryForm>
      <a className={aside} href="/">
        {t('accounts.signInInstead')}
      </a>
    </EntryFrame>
  )
}
