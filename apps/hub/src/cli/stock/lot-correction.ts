import type { Refusal } from '@plimsoll/stock'
import { changeLot } from '@plimsoll/sync'
import type { Command } from 'commander'
import { readLot } from '../../views/lots.ts'
import { CommandProblem, EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { lineOf, tellChange } from './lot-text.ts'

type CorrectOptions = CommonOptions & {
  expires?: string | false
  manufactured?: string | false
  supplierLot?: string | false
  reason?: string
}

/** `plimsoll stock lot change`. */
export function correctLot(group: Command, exit: (code: number) => void): void {
  addCommonOptions(
    group
      .command('change')
      .description('correct the dates of a lot or its supplier’s lot; what you do not name is left alone')
      .argument('<sku>', 'the item’s SKU')
      .argument('<lot>', 'the lot’s code')
      .option('--expires <day>', 'the last day on which it may leave, for example 2027-01-31')
      .option('--no-expires', 'it does not expire')
      .option('--manufactured <day>', 'when it was made')
      .option('--no-manufactured', 'when it was made is not known')
      .option('--supplier-lot <text>', 'what its supplier calls it')
      .option('--no-supplier-lot', 'its supplier has no name for it')
      .option('--reason <text>', 'why; it is kept with the correction'),
  ).action(async (sku: string, lot: string, options: CorrectOptions) => {
    const given = [options.expires, options.manufactured, options.supplierLot].map(orNull)
    const [expiresOn, manufacturedOn, supplierLot] = given
    if (given.every((field) => field === undefined)) {
      throw new CommandProblem(
        'Say what is to change: --expires DAY, --manufactured DAY or --supplier-lot TEXT.',
      )
    }
    if (options.reason === undefined) {
      throw new CommandProblem('Say why with --reason TEXT: it is kept with the lot.')
    }
    const { reason } = options
    exit(
      await withHub(options, async ({ context }, output) => {
        const told = { sku, code: lot, actor: 'cli', reason, expiresOn, manufacturedOn, supplierLot }
        const changed = await changeLot(context, told)
        if (changed.kind === 'refused') throw new RefusedByLedger(changed)
        const { lot: found } = orRefuse(await readLot(context, { sku, lot: changed.lot.code }))
        output.result({ corrected: changed.changes, ...found }, () =>
          changed.changes.length === 0
            ? `It was just that already: ${lineOf(found)}`
            : [`Changed: ${lineOf(found)}`, ...changed.changes.map(tellChange)].join('\n'),
        )
        return EXIT.ok
      }),
    )
  })
}

/** False stands for an option such as --no-expires. */
function orNull(option: string | false | undefined): string | null | undefined {
  return option === false ? null : option
}

/** @throws RefusedByLedger */
export function orRefuse<Found extends { kind: 'found' }>(outcome: Found | Refusal): Found {
  if (outcome.kind === 'refused') throw new RefusedByLedger(outcome)
  return outcome
}
