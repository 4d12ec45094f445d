import { findLocations, type PlacedKind } from '@plimsoll/stock'
import type { Command } from 'commander'
import type { HubBase } from '../../hub.ts'
import { CommandProblem } from '../output.ts'
import {
  addLedgerOptions,
  type LedgerOptions,
  type LedgerResult,
  runLedgerCommand,
} from './ledger-command.ts'
import { toQuantity } from './quantity.ts'

type PlacedOptions = LedgerOptions & { sku?: string; quantity?: number; location?: string }

/**
 * A subcommand about a quantity of one item at one location: `receive MUG 10`, `receive MUG 10 MAIN`, or all of it
 * as options.
 */
export function placedCommand(
  kind: PlacedKind,
  about: {
    description: string
    /** What the quantity is, for the help. */
    quantity: string
    /** What was done, in a sentence. */
    say: (result: LedgerResult, quantity: number) => string
  },
): (group: Command, exit: (code: number) => void) => void {
  return (group, exit) => {
    const command = group
      .command(kind)
      .description(about.description)
      .argument('[sku]', 'the item’s SKU')
      .argument('[quantity]', about.quantity)
      .argument('[location]', 'code of the location (default: your only one)')
      .option('--sku <sku>', 'the same as an option')
      .option('--quantity <number>', 'the same as an option', toQuantity)
      .option('--location <code>', 'the same as an option')
    addLedgerOptions(command)
      .addHelpText('after', `\nExample:\n  plimsoll stock ${kind} MUG 10 --location MAIN\n`)
      .action(async (...given: [string?, string?, string?, ...unknown[]]) => {
        const options: PlacedOptions = command.opts()
        const words = [given[0], given[1], given[2]].filter((word) => word !== undefined)
        const { sku, quantity, location } = readPlace(words, options)
        exit(
          await runLedgerCommand(
            options,
            async (hub) => ({
              kind,
              sku,
              quantity,
              locationCode: location ?? (await findOnlyLocation(hub)),
            }),
            (result) => about.say(result, quantity),
          ),
        )
      })
  }
}

/** Words without a name fill what the options left open, in the order SKU, quantity, location. */
export function readPlace(
  words: readonly string[],
  options: Pick<PlacedOptions, 'sku' | 'quantity' | 'location'>,
): { sku: string; quantity: number; location: string | undefined } {
  const left = [...words]
  const sku = options.sku ?? left.shift()
  const quantity = options.quantity ?? left.shift()
  const location = options.location ?? left.shift()
  if (sku === undefined || sku === '')
    throw new CommandProblem('Name the item: its SKU comes first, or --sku SKU.')
  if (quantity === undefined) {
    throw new CommandProblem('Say how many: a whole number after the SKU, or --quantity NUMBER.')
  }
  if (left[0] !== undefined) {
    throw new CommandProblem(
      `"${left[0]}" is one word too many. Give SKU, quantity and location once each, as words or as options.`,
    )
  }
  return { sku, quantity: typeof quantity === 'number' ? quantity : toQuantityWord(quantity), location }
}

function toQuantityWord(word: string): number {
  try {
    return toQuantity(word)
  } catch {
    throw new CommandProblem(
      `"${word}" is no quantity. Give a whole number after the SKU, or --quantity NUMBER.`,
    )
  }
}

async function findOnlyLocation({ context, database }: HubBase): Promise<string> {
  const [first, ...others] = await findLocations(database.kysely, context.organizationId)
  if (first === undefined) {
    throw new CommandProblem(
      'There is no location yet. Run plimsoll import items, which makes the first one.',
    )
  }
  if (others.length > 0) {
    const codes = [first, ...others].map(({ code }) => code)
    throw new CommandProblem(`Name the location with --location CODE. Yours are: ${codes.join(', ')}.`)
  }
  return first.code
}
