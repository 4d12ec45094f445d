import { useLanguage } from '../language.ts'
import { Field } from './entry-frame.tsx'

type NewPerson = { name: string; email: string; password: string }

/** Who somebody new is, for set-up and sign-up. */
export function PersonFields({ person, onChange }: { person: NewPerson; onChange(next: NewPerson): void }) {
  const { t } = useLanguage()
  const set = (field: keyof NewPerson) => (value: string) => onChange({ ...person, [field]: value })
  return (
    <>
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
    </>
  )
}
