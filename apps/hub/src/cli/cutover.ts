import type { Cutover, CutoverDetail } from '@plimsoll/client'
import {
  applyCutover,
  approveCutover,
  beginCutover,
  ConnectionRegistry,
  cancelCutover,
  finishCutover,
  importOpenOrders,
  type OpeningLine,
  proposeOpening,
} from '@plimsoll/sync'
import type { Command } from 'commander'
import { getCutover, listCutovers, toCutover } from '../views/cutovers.ts'
import { readInput } from './input-file.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { toMoment } from './stock/moment.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const ROWS_SHOWN = 40
const DAY_MS = 86_400_000

type BeginOptions = CommonOptions & {
  connection: string
  from?: string
  asOf?: Date
  ordersDays: number
}

/** `plimsoll cutover …`, one subcommand a step. */
export function cutoverCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('cutover').description('opening stock, and the way of a connection to live')
  const step = (name: string, description: string) =>
    addCommonOptions(group.command(name).description(description).argument('<name>', 'what you call it'))

  addCommonOptions(group.command('list').description('cut-overs, newest first')).action(
    async (options: CommonOptions) => {
      exit(
        await runReading(
          options,
          ({ context }) => listCutovers(context),
          ({ rows }) => (rows.length === 0 ? 'No cut-over was begun.' : rows.map(sayState).join('\n')),
        ),
      )
    },
  )
  step('show', 'where it stands, and its differences').action(
    async (name: string, options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => getCutover(context, name), sayDetail))
    },
  )
  step('begin', 'begin one; under a name that is there, show that one')
    .requiredOption('--connection <connection>', 'id or name of the connection that goes live')
    .option('--from <connection>', 'whose numbers are the truth; without it a file or a count is')
    .option('--as-of <moment>', 'the moment that the file or count is true for', toMoment)
    .option(
      '--orders-days <number>',
      'orders changed in so many days are read',
      numberIn({ min: 1, max: 3_650 }),
      60,
    )
    .action(async (name: string, options: BeginOptions) => {
      const { connection, from, asOf, ordersDays } = options
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const source = from === undefined ? 'count' : 'connection'
            const ordersSince = new Date(context.clock.now() - ordersDays * DAY_MS)
            const wish = { name, connection, source, from, asOf, ordersSince, actor: 'cli' } as const
            return toCutover(await beginCutover(context, wish))
          },
          sayState,
        ),
      )
    })
  step('orders', 'read the open orders, then the numbers of the source; again until it is done').action(
    async (name: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const done = await importOpenOrders(context, new ConnectionRegistry(context), name)
            const { waiting, parked, numbers } = done
            return { ...toCutover(done.cutover), waiting, parked, numbers }
          },
          (done) =>
            done.waiting > 0
              ? `${done.waiting} events wait to be applied by plimsoll serve; say it again once they are.`
              : done.numbers !== null
                ? `${sayNumbers(done.numbers)} by plimsoll serve; say it again once they all are.`
                : `${sayState(done)}\n${done.parked} events are parked and need a person.`,
        ),
      )
    },
  )
  step('propose', 'work out opening stock and how it differs from the ledger')
    .option('--file <file>', 'CSV of sku, location, quantity; - reads standard input')
    .action(async (name: string, options: CommonOptions & { file?: string }) => {
      const lines = options.file === undefined ? [] : parseLines(readInput(options.file).toString('utf8'))
      exit(
        await runReading(
          options,
          async ({ context }) => {
            await proposeOpening(context, name, lines)
            return await getCutover(context, name)
          },
          sayDetail,
        ),
      )
    })
  step('approve', 'take the differences that were looked at')
    .requiredOption('--digest <digest>', 'of the proposal, as propose says it')
    .action(async (name: string, options: CommonOptions & { digest: string }) => {
      const approval = { digest: options.digest, actor: 'cli' }
      exit(
        await runReading(
          options,
          async ({ context }) => toCutover(await approveCutover(context, name, approval)),
          sayState,
        ),
      )
    })
  step('apply', 'apply the approved differences').action(async (name: string, options: CommonOptions) => {
    exit(
      await runReading(
        options,
        async ({ context }) => toCutover(await applyCutover(context, name)),
        sayState,
      ),
    )
  })
  step('live', 'go live with its connection')
    .requiredOption('--preview <id>', 'id of the preview, from plimsoll shadow --preview')
    .option(
      '--first <number>',
      'write so many levels; the rest once their hold is confirmed',
      numberIn({ min: 1, max: 1_000_000 }),
    )
    .action(async (name: string, options: CommonOptions & { preview: string; first?: number }) => {
      const wish = { previewId: options.preview, first: options.first, actor: 'cli' }
      exit(
        await runReading(
          options,
          async ({ context }) => toCutover(await finishCutover(context, name, wish)),
          sayState,
        ),
      )
    })
  step('cancel', 'give it up before anything is applied').action(
    async (name: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => toCutover(await cancelCutover(context, name)),
          sayState,
        ),
      )
    },
  )
}

/** sku, location, quantity; a first line of words is its head. */
function parseLines(text: string): OpeningLine[] {
  const rows = text.split(/\r?\n/).filter((row) => row.trim() !== '')
  return rows.flatMap((row, nth) => {
    const [sku = '', locationCode = '', quantity = '', ...rest] = row
      .split(/[,;\t]/)
      .map((cell) => cell.trim())
    if (nth === 0 && !/^\d+$/.test(quantity)) return []
    if (sku === '' || locationCode === '' || !/^\d{1,15}$/.test(quantity) || rest.length > 0) {
      throw new CommandProblem(`Row ${nth + 1} is not sku, location, quantity: ${row}`)
    }
    return [{ sku, locationCode, quantity: Number(quantity) }]
  })
}

function sayNumbers({ read, total }: { read: number; total: number | null }): string {
  return `${read}${total === null ? '' : ` of ${total}`} numbers of the source are read`
}

function sayState({ name, state, source, asOf }: Cutover): string {
  return `${name}: ${state}, from a ${source}${asOf === null ? '' : ` as of ${asOf}`}`
}

function sayDetail(detail: CutoverDetail): string {
  const different = detail.rows.filter(
    ({ proposed, ledger, skipped }) => proposed !== ledger || skipped !== null,
  )
  return [
    sayState(detail),
    `${different.length} of ${detail.rows.length} places differ.`,
    ...different
      .slice(0, ROWS_SHOWN)
      .map(
        ({ sku, locationCode, proposed, ledger, skipped }) =>
          `  ${sku} at ${locationCode}: ledger ${ledger}, opening ${proposed}${skipped === null ? '' : `; left alone: ${skipped}`}`,
      ),
    ...(different.length > ROWS_SHOWN
      ? [`  and ${different.length - ROWS_SHOWN} more; --json has them all`]
      : []),
    ...(detail.digest === null ? [] : [`Digest ${detail.digest}`]),
  ].join('\n')
}
