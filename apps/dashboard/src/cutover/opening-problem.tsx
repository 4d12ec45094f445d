import { useLanguage } from '../language.ts'
import { useProblemText } from '../parts/notice.tsx'

/** Why a step did not work; nothing where it did. */
export function OpeningProblem({ error }: { error: unknown }) {
  const { t } = useLanguage()
  const detail = useProblemText(error)
  return error ? (
    <p role="alert" className="text-red">
      {t('opening.failed', { detail })}
    </p>
  ) : null
}
