import { useLanguage } from '../language.ts'

const field = 'h-9 rounded border border-line-2 bg-surface px-2.5'

/** Why a person does something to an order, what they add to it, and why it could not be done. */
export function ReasonFields<Reason extends string>(props: {
  /** undefined: it is not asked. */
  reasons?: {
    all: readonly Reason[]
    chosen: Reason
    word(reason: Reason): string
    onChoose(reason: Reason): void
  }
  note: string
  onNote: (note: string) => void
  /** Empty: nothing went wrong. */
  problem: string
}) {
  const { t } = useLanguage()
  const { reasons } = props
  return (
    <>
      {reasons !== undefined && (
        <label className="mt-4 block">
          <span className="font-medium">{t('orders.holdReason')}</span>
          <select
            value={reasons.chosen}
            onChange={({ target }) =>
              reasons.onChoose(reasons.all.find((each) => each === target.value) ?? reasons.chosen)
            }
            className={`${field} mt-1 w-full`}
          >
            {reasons.all.map((each) => (
              <option key={each} value={each}>
                {reasons.word(each)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className="mt-3 block">
        <span className="font-medium">{t('orders.note')}</span>
        <input
          value={props.note}
          maxLength={1000}
          onChange={({ target }) => props.onNote(target.value)}
          className={`${field} mt-1 w-full`}
        />
      </label>
      {props.problem !== '' && (
        <p role="alert" className="mt-3 text-red">
          {props.problem}
        </p>
      )}
    </>
  )
}
