import type { ReactNode } from 'react'
import type { Told } from './connect-problem.ts'

/** A refusal that belongs to no field, announced. */
export function ToldBox({ told, title, children }: { told: Told; title?: string; children?: ReactNode }) {
  return (
    <div role="alert" className="border-l-2 border-red-fill bg-red-soft px-3 py-2">
      {title && <p className="font-semibold">{title}</p>}
      <p lang={told.words === undefined ? 'en' : undefined}>{told.text}</p>
      {told.words && (
        <p lang="en" className="mt-1 text-ink-2">
          {told.words}
        </p>
      )}
      {children && <div className="mt-2 flex flex-wrap gap-2">{children}</div>}
    </div>
  )
}
