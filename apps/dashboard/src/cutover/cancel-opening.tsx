import type { Cutover } from '@plimsoll/client'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { hub } from '../hub.ts'
import { useLanguage } from '../language.ts'
import { Confirm } from '../parts/confirm.tsx'
import { OpeningProblem } from './opening-problem.tsx'
import { readAgain } from './opening-queries.ts'

/** Gives a cut-over up. Under way to be booked, some of it may be booked already, and stays. */
export function CancelOpening({ cutover }: { cutover: Cutover }) {
  const { t } = useLanguage()
  const [isAsking, setAsking] = useState(false)
  const cancel = useMutation({
    mutationFn: () => hub.cancelCutover(cutover.cutoverId),
    onSuccess: () => {
      setAsking(false)
      return readAgain()
    },
  })
  return (
    <>
      <button
        type="button"
        className="control"
        onClick={() => {
          cancel.reset()
          setAsking(true)
        }}
      >
        {t('opening.cancel')}
      </button>
      <Confirm
        isOpen={isAsking}
        title={t('opening.cancelTitle')}
        text={t(cutover.state === 'approved' ? 'opening.cancelApproved' : 'opening.cancelText')}
        action={t('opening.cancel')}
        dismiss={t('opening.keep')}
        isBusy={cancel.isPending}
        onConfirm={() => cancel.mutate()}
        onClose={() => setAsking(false)}
      >
        <OpeningProblem error={cancel.error} />
      </Confirm>
    </>
  )
}
