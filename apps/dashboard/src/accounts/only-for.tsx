import type { ReactNode } from 'react'
import { useLanguage } from '../language.ts'
import { useMay } from './own-role.ts'

type Needs = 'operator' | 'admin'

/**
 * Controls that the hub takes from these roles alone. For others they are switched off, all of them at once, with a line of
 * why: nobody fills in a form that is refused in the end.
 * @param isQuiet the line stands elsewhere on the screen (`NotYours`)
 */
export function OnlyFor(props: { needs: Needs; isQuiet?: boolean; children: ReactNode }) {
  const may = useMay(props.needs)
  if (may !== false) return props.children
  return (
    <>
      {props.isQuiet !== true && <NotYours needs={props.needs} />}
      <fieldset disabled className="contents">
        {props.children}
      </fieldset>
    </>
  )
}

/** The line of why, where somebody may look and not act. */
export function NotYours({ needs }: { needs: Needs }) {
  const { t } = useLanguage()
  if (useMay(needs) !== false) return null
  return <p className="mb-3 border-l-2 border-sea bg-sea-soft px-3 py-2">{t(`accounts.notYours.${needs}`)}</p>
}
