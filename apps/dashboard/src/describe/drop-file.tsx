import { FileUp } from 'lucide-react'
import { useId, useRef, useState } from 'react'
import { useLanguage } from '../language.ts'

/** Where a file is dropped, or chosen by keyboard. */
export function DropFile(props: {
  label: string
  hint?: string
  isBusy?: boolean
  onFile: (file: File) => void
}) {
  const { t } = useLanguage()
  const [isOver, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  const take = (files: FileList | null) => {
    const [file] = files ?? []
    if (file !== undefined) props.onFile(file)
    // The same file again, once it was changed, is a change too.
    if (input.current) input.current.value = ''
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shorter way to the button within.
    <div
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault()
        setOver(false)
        take(event.dataTransfer.files)
      }}
      className={`flex flex-wrap items-center gap-3 rounded border border-dashed p-3 ${isOver ? 'border-sea bg-sea-soft' : 'border-line-2'}`}
    >
      <FileUp size={20} className="shrink-0 text-ink-3" aria-hidden />
      <p className="min-w-40 flex-1 text-ink-2">{props.hint ?? t('describe.dropHint')}</p>
      <input
        ref={input}
        id={id}
        type="file"
        tabIndex={-1}
        aria-label={props.label}
        onChange={(event) => take(event.target.files)}
        className="sr-only"
      />
      <button
        type="button"
        className="control"
        disabled={props.isBusy}
        aria-label={props.label}
        onClick={() => input.current?.click()}
      >
        {t('describe.choose')}
      </button>
    </div>
  )
}
