import type { ConnectionRow } from '@plimsoll/client'
import { lazy, Suspense } from 'react'
import { useHubNow } from '../clock.ts'
import { allWords } from '../language.ts'
import { Ago } from '../parts/number.tsx'
import { decideTrouble } from './trouble.ts'

// The sentences are many, and the overview says them too: they come after the first screen stands.
export const ProblemText = lazy(async () => {
  const [{ ProblemText }] = await Promise.all([import('./problem-text.tsx'), allWords()])
  return { default: ProblemText }
})

/** The newest error: red once it needs a person, amber while it may pass. */
export function ConnectionError({ row, className }: { row: ConnectionRow; className: string }) {
  const isPassing = decideTrouble(row, useHubNow()) === 'passing'
  const tone = isPassing ? 'border-amber-fill bg-amber-soft' : 'border-red-fill bg-red-soft'
  return (
    <div className={`border-l-2 px-3 py-1.5 ${tone} ${className}`}>
      <p>
        <Suspense fallback="…">
          <ProblemText row={row} />
        </Suspense>
      </p>
      {row.errorSince && <Ago at={row.errorSince} className="text-xs text-ink-2" />}
    </div>
  )
}
