import type { ActivityRow, ToldActivity, ToldParked, ToldTask } from '@plimsoll/client'
import { Quoted } from '../parts/trouble-text.tsx'
import { useSayTold } from '../tasks/use-say-told.ts'

/** What happened, from its code and facts; of a write, what the platform said about it. */
export function ToldDetail({ row }: { row: ActivityRow }) {
  const say = useSayTold()
  const { kind, told, detail } = row
  if (told === null) return detail === null ? null : <Quoted text={detail} />
  // The hub tells each kind of entry by the codes of its own list.
  if (kind === 'parked') return say('toldParked', told as ToldParked)
  if (kind === 'oversold') return say('toldTask', told as ToldTask)
  return say('toldActivity', told as ToldActivity)
}
