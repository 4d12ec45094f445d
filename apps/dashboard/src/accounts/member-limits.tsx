import type { LimitsBody, RoleName } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub, queryClient } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { EntryForm } from './entry-frame.tsx'
import { LimitsField } from './limits-field.tsx'
import { organizationQuery } from './queries.ts'

type Member = { personId: string; name: string; role: RoleName; limits: LimitsBody }

/** What a member may change, chosen anew: beside the button that opens it, below the member. */
export function MemberLimits({ member, onClose }: { member: Member; onClose: () => void }) {
  const { t } = useLanguage()
  const { personId, name, role } = member
  const [limits, setLimits] = useState(member.limits)
  const save = useMutation({
    mutationFn: () => hub.changeMember(personId, { role, limits }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: organizationQuery.queryKey })
      onClose()
    },
  })
  return (
    <section aria-label={t('accounts.limitsOf', { name })} className="basis-full pb-2">
      <div className="max-w-2xl">
        <EntryForm
          action={t('accounts.saveLimits')}
          isBusy={save.isPending}
          error={save.error}
          onSubmit={() => save.mutate()}
        >
          <LimitsField value={limits} onChange={setLimits} />
        </EntryForm>
      </div>
    </section>
  )
}
