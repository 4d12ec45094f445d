import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Loading } from '../parts/notice.tsx'
import { enter } from './enter.ts'
import { EntryForm, EntryFrame, Field, Problem } from './entry-frame.tsx'
import { chooseOrganization } from './organization.ts'
import { meQuery } from './queries.ts'
import { SignIn } from './sign-in.tsx'
import { SingleSignOnButton } from './single-sign-on-button.tsx'

/** Where the link of an invitation leads: somebody new gives a name and a password, others sign in. */
export function JoinScreen() {
  const { t, language } = useLanguage()
  const navigate = useNavigate()
  const token = new URLSearchParams(location.search).get('token') ?? ''
  const invitation = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => hub.invitation(token),
    retry: false,
  })
  const { data: me } = useQuery({ ...meQuery, retry: false })
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const arrive = async ({ organizationId }: { organizationId: string }) => {
    chooseOrganization(organizationId)
    await enter()
    await navigate({ to: '/' })
  }
  const join = useMutation({
    mutationFn: () => hub.join({ token, name, password, language }),
    onSuccess: arrive,
  })
  const accept = useMutation({ mutationFn: () => hub.acceptInvitation(token), onSuccess: arrive })

  if (invitation.error) {
    return (
      <EntryFrame title={t('accounts.noInvitation')}>
        <Problem error={invitation.error} />
      </EntryFrame>
    )
  }
  if (invitation.data === undefined) {
    return (
      <EntryFrame title={t('accounts.joinLoading')}>
        <Loading lines={3} />
      </EntryFrame>
    )
  }
  const { organization, email, role, hasAccount } = invitation.data
  const title = t('accounts.joinTitle', { organization })
  const text = t('accounts.joinText', { role: t(`accounts.role.${role}`), email })
  if (me?.kind === 'person') {
    return (
      <EntryFrame title={title} text={text}>
        <EntryForm
          action={t('accounts.accept')}
          isBusy={accept.isPending}
          error={accept.error}
          onSubmit={() => accept.mutate()}
        >
          <p>{t('accounts.signedInAs', { email: me.email })}</p>
        </EntryForm>
      </EntryFrame>
    )
  }
  if (hasAccount) return <SignIn />
  return (
    <EntryFrame title={title} text={text}>
      {/* Whoever comes so has taken the invitation up with it. */}
      <SingleSignOnButton callbackURL="/" />
      <EntryForm
        action={t('accounts.join')}
        isBusy={join.isPending}
        error={join.error}
        onSubmit={() => join.mutate()}
      >
        <Field label={t('accounts.name')} value={name} onChange={setName} autoComplete="name" />
        <Field
          label={t('accounts.email')}
          type="email"
          value={email}
          onChange={() => undefined}
          isDisabled
          autoComplete="username"
        />
        <Field
          label={t('accounts.password')}
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
