import type { ConnectionRow } from '@plimsoll/client'
import { useHubNow } from '../clock.ts'
import { Ago } from '../parts/number.tsx'
import { decideTrouble } from './trouble.ts'

/** The newest error in the hub's own words: red once it needs a person, amber while it may pass. */
export function ConnectionError({ row, className }: { row: ConnectionRow; className: string }) {
  const isPassing = decideTrouble(row, useHubNow()) === 'passing'
  const tone = isPassing ? 'border-amber-fill bg-amber-soft' : 'border-red-fill bg-red-soft'
  return (
    <div className={`border-l-2 px-3 py-1.5 ${tone} ${className}`}>
      <p lang="en">{row.error}</p>
      {row.errorSince && <Ago at={row.errorSince} className="text-xs text-ink-2" />}
    </div>
  )
}
