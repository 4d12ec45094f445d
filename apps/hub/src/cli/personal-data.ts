import type { PersonalDataRules } from '@plimsoll/client'
import {
  changePersonalDataRule,
  ENDED_DAYS_MAX,
  readPersonalDataRules,
  UNSENT_DAYS_MAX,
} from '@plimsoll/sync'
import type { Command } from 'commander'
import { toPersonalDataRules } from '../views/personal-data.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

/** `plimsoll personal-data show`, `set`: how long it is kept to whom orders go. */
export function personalDataCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('personal-data').description('how long it is kept to whom orders go')

  addCommonOptions(group.command('show'))
    .description('how many days it is kept, of each connection, and what its platform demands')
    .action(async (options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => toPersonalDataRules(await readPersonalDataRules(context)),
          toText,
        ),
      )
    })

  addCommonOptions(group.command('set'))
    .description('say how many days it is kept; where a platform is stricter, that counts')
    .option(
      '--ended <days>',
      'after an order has left or was cancelled',
      numberIn({ min: 0, max: ENDED_DAYS_MAX }),
    )
    .option(
      '--unsent <days>',
      'after it was read, of an order that never leaves',
      numberIn({ min: 1, max: UNSENT_DAYS_MAX }),
    )
    .action(async ({ ended, unsent, ...options }: CommonOptions & { ended?: number; unsent?: number }) => {
      if (ended === undefined && unsent === undefined) {
        throw new CommandProblem('Give --ended DAYS, --unsent DAYS or both.')
      }
      const change = runReading(
        options,
        async ({ context }) => {
          const { own } = await readPersonalDataRules(context)
          const wish = { endedDays: ended ?? own.endedDays, unsentDays: unsent ?? own.unsentDays }
          return toPersonalDataRules(await changePersonalDataRule(context, { ...wish, actor: 'cli' }))
        },
        toText,
      )
      exit(await change)
    })
}

function toText({ endedDays, unsentDays, connections }: PersonalDataRules): string {
  const days = (ended: number, unsent: number) => `${ended} days after it ended, ${unsent} unsent`
  return [
    `Your own rule: ${days(endedDays, unsentDays)}.`,
    ...connections.map(({ name, platform, ...kept }) => {
      const demands = platform === null ? '' : `  (${platform.demands.en})`
      return `${name}: ${days(kept.endedDays, kept.unsentDays)}${demands}`
    }),
  ].join('\n')
}
