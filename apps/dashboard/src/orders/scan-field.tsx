import { ScanBarcode } from 'lucide-react'
import { useEffect, useRef, useState } from 'react'
import { isComposing } from '../parts/composing.ts'
import { ScanByCamera } from '../scanner/scan-by-camera.tsx'

/**
 * Where a scanner types: it has the focus from the start, Enter hands the code on and empties it for the next one, so that
 * nobody has to put the scanner down.
 */
export function ScanField({ label, onScan }: { label: string; onScan: (code: string) => void }) {
  const [code, setCode] = useState('')
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => field.current?.focus(), [])
  return (
    <div className="flex w-full gap-2 sm:w-auto">
      <div className="relative min-w-0 flex-1 sm:w-80">
        <ScanBarcode
          size={16}
          className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3"
          aria-hidden
        />
        <input
          ref={field}
          value={code}
          aria-label={label}
          placeholder={label}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => setCode(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || isComposing(event)) return
            event.preventDefault()
            if (code.trim() !== '') onScan(code.trim())
            setCode('')
          }}
          className="h-11 w-full rounded border border-line-2 bg-surface pr-3 pl-9 placeholder:text-ink-3"
        />
      </div>
      <ScanByCamera onScan={onScan} />
    </div>
  )
}
