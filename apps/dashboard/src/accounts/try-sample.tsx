import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { enter } from './enter.ts'
import { Problem } from './entry-frame.tsx'
import { chooseOrganization } from './organization.ts'
import { meQuery } from './queries.ts'

/** One click to a sample brand that sells by itself; whoever has one goes back to it. */
export function TrySample() {
  const { t, language } = useLanguage()
  const navigate = useNavigate()
  const { data: me } = useQuery({ ...meQuery, retry: false, retryOnMount: false })
  const hasOne = me?.organizations.some(({ isSample }) => isSample) === true
  const make = useMutation({
    mutationFn: () => hub.makeSample(language),
    onSuccess: async ({ organizationId }) => {
      chooseOrganization(organizationId)
      await navigate({ to: '/' })
      await enter()
    },
  })
  return (
    <div className="space-y-2">
      <p className="text-ink-2">{t('firstDay.sampleText')}</p>
      <button type="button" className="control" disabled={make.isPending} onClick={() => make.mutate()}>
        {t(make.isPending ? 'firstDay.sampleMaking' : hasOne ? 'firstDay.sampleOpen' : 'firstDay.sampleTry')}
      </button>
      <p role="status" className="sr-only">
        {make.isPending ? t('firstDay.sampleMaking') : ''}
      </p>
      <Problem error={make.error} />
    </div>
  )
}
