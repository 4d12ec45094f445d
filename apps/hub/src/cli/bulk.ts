import type { BulkEditView, ProtectionMode } from '@plimsoll/client'
import {
  applyBulkEdit,
  type BulkEdit,
  getBulkEdit,
  listBulkEdits,
  proposeBulkEdit,
  type SyncContext,
  stepBulkEdits,
  stopBulkEdit,
  undoBulkEdit,
} from '@plimsoll/sync'
import { type Command, Option } from 'commander'
import { listBulkLevels, toBulkEdit } from '../views/bulk-edits.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { addFieldOptions, type FieldOptions, toChange } from './policy-fields.ts'
import { PROTECTION_MODES } from './protect.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type ProposeOptions = CommonOptions &
  FieldOptions & {
    of: 'items' | 'listings'
    sku?: string[]
    search?: string
    on?: string
    everything?: boolean
    protection?: ProtectionMode | 'none'
    why?: string
    limit: number
  }
type Told = BulkEditView & { rows: Awaited<ReturnType<typeof listBulkLevels>>['rows'] }

/** `bulk`: one change of policy for many, looked at first, then applied and undone as one. */
export function bulkCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('bulk')
    .description(
      'one change of policy for many items or listings: looked at first, applied and undone as one',
    )

  addCommonOptions(
    addFieldOptions(
      group
        .command('preview')
        .description('work out every number that a change for many would change; changes nothing')
        .addOption(
          new Option('--of <what>', 'what it is set on').choices(['items', 'listings']).default('items'),
        )
        .option('--sku <sku>', 'only this item; repeatable', (sku: string, before: string[] = []) => [
          ...before,
          sku,
        ])
        .option('--search <text>', 'only items with this in their SKU or name')
        .option('--on <connection>', 'only what is sold there, by id or name')
        .option('--everything', 'for all, where nothing narrows it down')
        .addOption(new Option('--protection <mode>', 'of items').choices([...PROTECTION_MODES, 'none']))
        .option('--why <text>', 'why, for whoever reads the history')
        .option('--limit <number>', 'numbers told one by one', numberIn({ min: 1, max: 500 }), 20),
    ),
  ).action(async (options: ProposeOptions) => {
    const { of, sku, search, on, everything, protection, why, limit } = options
    if (everything !== true && (sku ?? search ?? on) === undefined)
      throw new CommandProblem('Say which items: --sku, --search or --on; or --everything.')
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const { bulkId } = await proposeBulkEdit(context, {
            of,
            skus: sku,
            search,
            connection: on,
            set: toChange(options),
            ...(protection !== undefined && { protection: protection === 'none' ? null : protection }),
            why,
            actor: 'cli',
          })
          return await tell(context, await finish(context, bulkId), limit)
        },
        say,
      ),
    )
  })

  addCommonOptions(
    group
      .command('show')
      .description('how far one is, and what it changes')
      .argument('<id>', 'of the bulk edit')
      .option('--limit <number>', 'numbers told one by one', numberIn({ min: 1, max: 500 }), 20),
  ).action(async (id: string, options: CommonOptions & { limit: number }) => {
    exit(
      await runReading(
        options,
        async ({ context }) => await tell(context, await getBulkEdit(context, id), options.limit),
        say,
      ),
    )
  })

  addCommonOptions(group.command('list').description('the last hundred, the newest first')).action(
    async (options: CommonOptions) => {
      const sayAll = ({ rows }: { rows: BulkEditView[] }) =>
        rows.map(sayHead).join('\n') || 'There is no bulk edit yet.'
      exit(
        await runReading(
          options,
          async ({ context }) => ({ rows: (await listBulkEdits(context)).map(toBulkEdit) }),
          sayAll,
        ),
      )
    },
  )

  for (const [verb, act, description] of [
    ['apply', applyBulkEdit, 'apply one as it was looked at'],
    ['undo', undoBulkEdit, 'take all of one back, but for what was changed since'],
    ['stop', stopBulkEdit, 'stop one; what was applied by then stays'],
  ] as const) {
    addCommonOptions(
      group.command(verb).description(description).argument('<id>', 'of the bulk edit'),
    ).action(async (id: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            await act(context, id)
            return await tell(context, await finish(context, id), 1)
          },
          (told) => sayHead(told),
        ),
      )
    })
  }
}

/** Does the pieces here, beside a hub that may be doing them too, until this one stands still. */
async function finish(context: SyncContext, bulkId: string): Promise<BulkEdit> {
  for (;;) {
    const edit = await getBulkEdit(context, bulkId)
    if (!['looking', 'applying', 'undoing'].includes(edit.state)) return edit
    await stepBulkEdits(context)
  }
}

async function tell(context: SyncContext, edit: BulkEdit, limit: number): Promise<Told> {
  const { rows } = await listBulkLevels(context, edit.bulkId, { cursor: undefined, limit })
  return { ...toBulkEdit(edit), rows }
}

function sayHead({ bulkId, state, of, scopes, levels, refused, kept, problem }: BulkEditView): string {
  const notes = [
    `${levels} numbers would change or did`,
    ...(refused > 0 ? [`${refused} left out`] : []),
    ...(kept > 0 ? [`${kept} changed since and kept`] : []),
    ...(problem === null ? [] : [problem]),
  ]
  return `${bulkId}  ${state}  ${scopes} ${of}: ${notes.join('; ')}`
}

function say(told: Told): string {
  const { rows, rails, levels, state, bulkId } = told
  const rest = levels - rows.length
  return [
    sayHead(told),
    ...rows.map(
      ({ sku, connectionName, externalLocation, before, after, estimated }) =>
        `  ${sku}  ${connectionName}, ${externalLocation}: ${before} → ${estimated ? '≈' : ''}${after}`,
    ),
    ...(rest > 0 ? [`  and ${rest} more`] : []),
    ...rails.map(
      ({ connectionName, kind, listings, of }) =>
        `${connectionName} would hold ${listings} of ${of} listings (${kind}) until a person says so.`,
    ),
    ...(state === 'previewed' ? [`Apply it: plimsoll bulk apply ${bulkId}`] : []),
  ].join('\n')
}
