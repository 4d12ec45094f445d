import { useLanguage } from '../language.ts'
import type { How } from './access-form.tsx'

/** Whether access is given on the platform's own page, or typed in here. */
export function HowChoice(props: { name: string; how: How; onChoose: (how: How) => void }) {
  const { t } = useLanguage()
  return (
    <fieldset>
      <legend className="sr-only">{t('connect.how')}</legend>
      <div className="grid gap-2 sm:grid-cols-2">
        {(['page', 'typed'] as const).map((each) => (
          <label
            key={each}
            className="flex items-start gap-2.5 rounded border border-line-2 p-3 has-checked:border-sea has-checked:bg-sea-soft"
          >
            <input
              type="radio"
              name="how"
              checked={props.how === each}
              onChange={() => props.onChoose(each)}
              className="mt-1 shrink-0"
            />
            <span>
              <span className="block font-medium">{t(`connect.${each}`, { name: props.name })}</span>
              <span className="block text-ink-2">{t(`connect.${each}Meaning`)}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}
