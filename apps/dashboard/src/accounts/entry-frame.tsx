import { type FormEvent, type ReactNode, useEffect, useRef } from 'react'
import { setLanguage, useLanguage } from '../language.ts'
import { Mark } from '../mark.tsx'
import { useProblemText } from '../parts/notice.tsx'

/** The class of a way to elsewhere, under the one question. */
export const aside = 'mt-4 inline-flex min-h-9 items-center text-ink-2 underline'

/** A page before anybody is signed in: one question on it, and the language. */
export function EntryFrame({ title, text, children }: { title: string; text?: string; children: ReactNode }) {
  const { language } = useLanguage()
  return (
    <div className="grid min-h-dvh place-items-center bg-hull px-4 py-10">
      <main className="panel w-full max-w-[26rem] p-6 shadow-2xl">
        <div className="mb-5 flex items-center justify-between">
          <span className="flex items-center gap-2.5">
            <Mark size={26} />
            <span className="text-[1.15rem] font-semibold tracking-[-0.015em]">Plimsoll</span>
          </span>
          <button
            type="button"
            onClick={() => void setLanguage(language === 'en' ? 'zh' : 'en')}
            className="min-h-9 rounded px-2 text-ink-2 hover:text-ink"
            lang={language === 'en' ? 'zh-CN' : 'en'}
          >
            {language === 'en' ? '中文' : 'English'}
          </button>
        </div>
        <h1 className="text-lg font-semibold">{title}</h1>
        {text !== undefined && <p className="mt-1 text-ink-2">{text}</p>}
        <div className="mt-5">{children}</div>
      </main>
    </div>
  )
}

/** A form of one question: its fields, one button, and what went wrong, announced. */
export function EntryForm(props: {
  action: string
  isBusy: boolean
  error: unknown
  onSubmit: () => void
  children: ReactNode
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    props.onSubmit()
  }
  return (
    <form onSubmit={submit} className="space-y-4">
      {props.children}
      <Problem error={props.error} />
      <button type="submit" className="control control-strong w-full justify-center" disabled={props.isBusy}>
        {props.action}
      </button>
    </form>
  )
}

/** What went wrong, in the reader's language where the words are the library's and not the hub's. */
export function Problem({ error }: { error: unknown }) {
  const { t } = useLanguage()
  const text = useProblemText(error)
  if (!error) return null
  const { code = '', field = '' } = (error as { problem?: { code?: string; field?: string } }).problem ?? {}
  return (
    <p role="alert" className="rounded border border-red/40 bg-red-soft px-3 py-2">
      {t(`accounts.problem.${code}-${field}`, {
        defaultValue: t(`accounts.problem.${code}`, { defaultValue: text }),
      })}
    </p>
  )
}

/** A labelled field. */
export function Field(props: {
  label: string
  value: string
  onChange: (value: string) => void
  type?: 'text' | 'email' | 'password'
  autoComplete?: string
  note?: string
  isDisabled?: boolean
  inputMode?: 'numeric'
  /** It takes the place of what was typed in before: the cursor goes on in it. */
  takesOver?: boolean
}) {
  const input = useRef<HTMLInputElement>(null)
  const { takesOver } = props
  useEffect(() => {
    if (takesOver === true) input.current?.focus()
  }, [takesOver])
  return (
    <label className="block">
      <span className="mb-1 block font-medium">{props.label}</span>
      <input
        ref={input}
        className="control w-full"
        type={props.type ?? 'text'}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value)}
        autoComplete={props.autoComplete}
        inputMode={props.inputMode}
        disabled={props.isDisabled}
        required
      />
      {props.note !== undefined && <span className="mt-1 block text-xs text-ink-2">{props.note}</span>}
    </label>
  )
}
