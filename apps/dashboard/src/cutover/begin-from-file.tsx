import { useId, useState } from 'react'
import { hubNow } from '../clock.ts'
import { fieldClass } from '../connect/connect-fields.tsx'
import { useLanguage } from '../language.ts'

/** Numbers that somebody keeps elsewhere: the moment that they are true for, then the file. */
export function BeginFromFile(props: { isBusy: boolean; onBegin: (asOf: string) => void }) {
  const { t } = useLanguage()
  const id = useId()
  const [typed, setTyped] = useState(() => toField(new Date(hubNow())))
  const asOf = toMoment(typed)
  const isPast = asOf !== undefined && asOf.getTime() <= hubNow()
  return (
    <form
      className="space-y-3 border-t border-line pt-4"
      onSubmit={(event) => {
        event.preventDefault()
        if (asOf !== undefined && isPast) props.onBegin(asOf.toISOString())
      }}
    >
      <div className="border-l-2 border-line-2 px-3">
        <p className="font-medium">{t('opening.file')}</p>
        <p className="text-ink-2">{t('opening.fileText')}</p>
      </div>
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-0 basis-56">
          <label htmlFor={id} className="font-medium">
            {t('opening.fileAsOf')}
          </label>
          <input
            id={id}
            type="datetime-local"
            value={typed}
            aria-describedby={`${id}-hint`}
            aria-invalid={!isPast}
            onChange={({ target }) => setTyped(target.value)}
            className={fieldClass}
          />
        </div>
        <button type="submit" className="control" disabled={props.isBusy || !isPast}>
          {t('opening.fileBegin')}
        </button>
      </div>
      <p id={`${id}-hint`} className={isPast ? 'text-xs text-ink-2' : 'text-xs text-red'}>
        {t(isPast ? 'opening.fileAsOfHint' : 'opening.fileAsOfPast')}
      </p>
    </form>
  )
}

/** As a field for dates and times has it: of this place, to the minute. */
function toField(at: Date): string {
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000)
  return local.toISOString().slice(0, 16)
}

function toMoment(typed: string): Date | undefined {
  const at = new Date(typed)
  return typed === '' || Number.isNaN(at.getTime()) ? undefined : at
}
