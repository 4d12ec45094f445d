import type { OversoldReport } from '@plimsoll/client'
import type { Command } from 'commander'
import { getOversold } from '../views/oversold.ts'
import { runReading } from './stock/document-command.ts'
import { toDate } from './whatif.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

/** `oversold`: units sold beyond what was there, and whose fault. */
export function oversoldCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(
    program
      .command('oversold')
      .description('units sold beyond what was there, whose fault they were, and each case')
      .option('--since <instant>', 'orders placed since then; otherwise of the last 30 days', toDate),
  ).action(async (options: CommonOptions & { since?: Date }) => {
    exit(await runReading(options, ({ context }) => getOversold(context, options.since), sayOversold))
  })
}

const CAUSES: Readonly<Record<OversoldReport['byCause'][number]['cause'], string>> = {
  platform: 'the platform sold more than it showed',
  person: 'a person',
  delay: 'our delay',
  race: 'a race between channels',
  unexplained: 'not explained',
}

/** Sums by connection and cause, then each case with its story. */
export function sayOversold({ since, units, byCause, cases }: OversoldReport): string {
  const head = `${units} units sold beyond what was there, of orders placed since ${since}`
  return [
    head,
    ...byCause.map(
      ({ connectionName, cause, units, orders }) =>
        `  ${connectionName}: ${units} of ${orders} orders, ${CAUSES[cause]}`,
    ),
    ...cases.map(({ placedAt, connectionName, orderNumber, sku, units, cause, final, parts }) => {
      const story = parts.map((part) => `${part.units}: ${part.story}`).join('; ')
      return `${placedAt}  ${connectionName} ${orderNumber}, ${units} × ${sku}: ${CAUSES[cause]}${final ? '' : ' (may still change)'}. ${story}`
    }),
  ].join('\n')
}
