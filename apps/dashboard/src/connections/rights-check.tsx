import { useMutation } from '@tanstack/react-query'
import { useToldError } from '../connect/connect-problem.ts'
import { CheckResult } from '../connect/connected.tsx'
import { ToldBox } from '../connect/told.tsx'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'

/** Asks the platform what this access may do: what is missing is named, and how it is granted. */
export function RightsCheck({ connectionId }: { connectionId: string }) {
  const { t } = useLanguage()
  const check = useMutation({ mutationFn: () => hub.checkConnection(connectionId) })
  const told = useToldError(check.error)
  return (
    <div className="space-y-2">
      <p className="text-ink-2">{t('standing.rightsText')}</p>
      <button type="button" className="control" disabled={check.isPending} onClick={() => check.mutate()}>
        {t(check.isPending ? 'connect.checking' : 'standing.rightsCheck')}
      </button>
      <div role="status" className="space-y-2">
        {check.data && <CheckResult check={check.data} />}
      </div>
      {check.isError && <ToldBox told={told} />}
    </div>
  )
}
