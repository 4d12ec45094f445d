import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { enter } from './enter.ts'
import { EntryForm, EntryFrame, Field } from './entry-frame.tsx'
import { chooseOrganization } from './organization.ts'
import { PersonFields } from './person-fields.tsx'
import { setupQuery } from './queries.ts'

/** The first run: the first owner, and the name of the brand. */
export function SetupScreen() {
  const { t, language } = useLanguage()
  const navigate = useNavigate()
  const { data: setup } = useQuery(setupQuery)
  const [person, setPerson] = useState({ name: '', email: '', password: '', organization: '' })
  const [code, setCode] = useState(() => new URLSearchParams(location.search).get('code') ?? '')
  const make = useMutation({
    mutationFn: () => hub.setUp({ ...person, language, ...(code !== '' && { code }) }),
    onSuccess: async ({ organizationId }) => {
      chooseOrganization(organizationId)
      await enter()
      await navigate({ to: '/' })
    },
  })
  if (setup?.isOpen === false) {
    return (
      <EntryFrame title={t('accounts.setupDone')} text={t('accounts.setupDoneText')}>
        <a className="control control-strong" href="/">
          {t('accounts.signIn')}
        </a>
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={t('accounts.setupTitle')} text={t('accounts.setupText')}>
      <EntryForm
        action={t('accounts.setUp')}
        isBusy={make.isPending}
        error={make.error}
        onSubmit={() => make.mutate()}
      >
        <Field
          label={t('accounts.brand')}
          value={person.organization}
          onChange={(organization) => setPerson({ ...person, organization })}
          autoComplete="organization"
        />
        <PersonFields person={person} onChange={(next) => setPerson({ ...person, ...next })} />
        {setup?.needsCode === true && (
          <Field
            label={t('accounts.setupCode')}
            note={t('accounts.setupCodeNote')}
            value={code}
            onChange={setCode}
          />
        )}
      </EntryForm>
    </EntryFrame>
  )
}
