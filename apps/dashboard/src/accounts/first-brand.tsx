import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { enter } from './enter.ts'
import { EntryForm, EntryFrame, Field } from './entry-frame.tsx'
import { chooseOrganization } from './organization.ts'
import { TrySample } from './try-sample.tsx'
import { useSignOut } from './who.tsx'

/** Somebody who is a member of nothing: they make a brand, where they may, or wait to be invited. */
export function FirstBrand({ mayMake, mayTry }: { mayMake: boolean; mayTry: boolean }) {
  const { t } = useLanguage()
  const [name, setName] = useState('')
  const leave = useSignOut()
  const make = useMutation({
    mutationFn: () => hub.makeOrganization(name),
    onSuccess: async ({ organizationId }) => {
      chooseOrganization(organizationId)
      await enter()
    },
  })
  return (
    <EntryFrame
      title={t('accounts.noBrand')}
      text={t(mayMake ? 'accounts.makeBrandText' : 'accounts.waitText')}
    >
      {mayMake && (
        <EntryForm
          action={t('accounts.makeBrand')}
          isBusy={make.isPending}
          error={make.error}
          onSubmit={() => make.mutate()}
        >
          <Field label={t('accounts.brand')} value={name} onChange={setName} autoComplete="organization" />
        </EntryForm>
      )}
      {mayTry && (
        <div className="mt-5 border-t border-line pt-4">
          <TrySample />
        </div>
      )}
      <button
        type="button"
        className="control mt-4"
        onClick={() => leave.mutate()}
        disabled={leave.isPending}
      >
        {t('accounts.signOut')}
      </button>
    </EntryFrame>
  )
}
