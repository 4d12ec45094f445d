import type { ReturnAnnouncementShape } from '@plimsoll/client'
import { announceReturnAgain, readReturnAnnouncement } from '@plimsoll/sync'
import type { Command } from 'commander'
import { EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'

/** `stock returns announcement` and `announce`: what the warehouse that a return comes to knows of it, and once more. */
export function returnNoticeCommands(returns: Command, exit: (code: number) => void): void {
  const add = (name: string, description: string, ask: typeof readReturnAnnouncement) =>
    addCommonOptions(returns.command(name).description(description).argument('<return>', 'its id')).action(
      async (returnId: string, options: CommonOptions) => {
        exit(
          await withHub(options, async ({ context }, output) => {
            const found = await ask(context, returnId)
            if ('kind' in found) throw new RefusedByLedger(found)
            output.result(found, say)
            return EXIT.ok
          }),
        )
      },
    )
  add('announcement', 'what the warehouse that it comes to knows of it', readReturnAnnouncement)
  add(
    'announce',
    'tell a warehouse anew of one that it had refused; any other is left as it is',
    announceReturnAgain,
  )
}

function say({ warehouse, state, externalId, problem, withdrawal }: ReturnAnnouncementShape): string {
  if (warehouse === null) return 'It comes to a place of your own: no warehouse is told.'
  const as = externalId === null ? '' : ` as ${externalId}`
  const why = problem === null ? '' : `: ${problem}`
  const back = withdrawal === null ? '' : `; taken back: ${withdrawal}`
  return `${warehouse}: ${state === 'none' ? 'not told yet' : state}${as}${why}${back}`
}
