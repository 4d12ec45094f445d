import type { PolicyWindowList, PolicyWindowRow } from '@plimsoll/client'
import { endWindow, scheduleWindow } from '@plimsoll/sync'
import type { Command } from 'commander'
import { showWindows, toWindowRow } from '../views/policies.ts'
import { numberIn } from './number-option.ts'
import {
  addFieldOptions,
  addTargetOptions,
  type FieldOptions,
  sayFields,
  sayTarget,
  type TargetOptions,
  toChange,
} from './policy-fields.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type AddOptions = CommonOptions &
  FieldOptions &
  TargetOptions & { from: string; until: string; timeZone?: string; campaignUnits?: number }

/** `policy window …`: policies for a time. */
export function policyWindowCommand(policy: Command, exit: (code: number) => void): void {
  const group = policy.command('window').description('policies for a time: campaigns and sales')

  addCommonOptions(group.command('list'))
    .description('what is planned, open and ended, those that end last first')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => showWindows(context), sayWindows))
    })

  addCommonOptions(
    addFieldOptions(
      addTargetOptions(
        group
          .command('add')
          .description('set a policy for a time; what its campaign does not sell, others may sell again')
          .argument('<name>', 'what it is for')
          .requiredOption(
            '--from <moment>',
            'when it begins: 2026-11-11T00:00 with --time-zone, or an instant',
          )
          .requiredOption('--until <moment>', 'when it ends')
          .option('--time-zone <name>', 'where those are local times, such as Asia/Shanghai')
          .option(
            '--campaign-units <number>',
            'listing units set aside for each listing, less what it sells',
            numberIn({ min: 1, max: Number.MAX_SAFE_INTEGER }),
          ),
      ),
    ),
  ).action(async (name: string, options: AddOptions) => {
    const { connection, item, listing, from, until, timeZone, campaignUnits } = options
    const request = {
      ...{ connection, item, listing, name, timeZone },
      startsAt: from,
      endsAt: until,
      set: { ...toChange(options), campaignUnits },
    }
    const schedule = async () =>
      await runReading(
        options,
        async ({ context }) => toWindowRow(await scheduleWindow(context, request)),
        sayWindow,
      )
    exit(await schedule())
  })

  addCommonOptions(group.command('end'))
    .description('end a window now, or forget it where it has not begun')
    .argument('<id>', 'the window’s id, as the list shows it')
    .action(async (id: string, options: CommonOptions) => {
      const end = async () =>
        await runReading(
          options,
          async ({ context }) => {
            await endWindow(context, id)
            return { windowId: id }
          },
          () => 'Ended.',
        )
      exit(await end())
    })
}

function sayWindows({ rows }: PolicyWindowList): string {
  return rows.length === 0 ? 'No window is planned or was.' : rows.map(sayWindow).join('\n')
}

function sayWindow(window: PolicyWindowRow): string {
  const { windowId, name, state, startsAt, endsAt, campaignUnits, campaignSold } = window
  const sold = campaignSold === null ? '' : `, ${campaignSold} sold`
  const campaign = campaignUnits === null ? [] : [`campaign of ${campaignUnits} units${sold}`]
  const fields = sayFields(window)
  const set = [...campaign, ...(campaign.length > 0 && fields === 'nothing is set' ? [] : [fields])]
  return `${windowId}  ${state}  ${startsAt} to ${endsAt}  ${name}: ${sayTarget(window)}: ${set.join(', ')}`
}
