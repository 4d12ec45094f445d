import { findLocations } from '@plimsoll/stock'
import type { HubBase } from '../../hub-base.ts'
import { CommandProblem } from '../output.ts'
import {
  type About,
  type AddSubcommand,
  addLedgerOptions,
  type LedgerOptions,
  runLedgerCommand,
} from './ledger-command.ts'
import { toQuantity } from './quantity.ts'

export type NamedPlace = { sku: string; quantity: number; locationCode: string; unit?: string | undefined }
type PlacedOptions = LedgerOptions & { sku?: string; quantity?: number; location?: string; unit?: string }

/**
 * A subcommand about a quantity of one item at one location: `receive MUG 10`, `receive MUG 10 MAIN`, or all of it
 * as options.
 */
export function placedCommand<Own extends object = object>(
  name: string,
  about: About<NamedPlace, Own>,
): AddSubcommand {
  return (group, exit) => {
    const command = group
      .command(name)
      .description(about.description)
      .argument('[sku]', 'the item’s SKU')
      .argument('[quantity]', about.quantity)
      .argument('[location]', 'code of the location (default: your only one)')
      .option('--sku <sku>', 'the same as an option')
      .option('--quantity <number>', 'the same as an option', toQuantity)
      .option('--location <code>', 'the same as an option')
      .option('--unit <code>', 'the unit that the quantity is in (default: the item’s base unit)')
    for (const option of about.options ?? []) command.addOption(option)
    addLedgerOptions(command)
      .addHelpText('after', `\nExample:\n  plimsoll stock ${name} MUG 10 --location MAIN\n`)
      .action(async (...given: [string?, string?, string?, ...unknown[]]) => {
        const options = command.opts<PlacedOptions & Own>()
        const words = [given[0], given[1], given[2]].filter((word) => word !== undefined)
        const { location, ...place } = readPlace(words, {
          ...options,
          serials: options.unit === undefined ? serialsIn(options) : undefined,
        })
        exit(
          await runLedgerCommand(
            options,
            async (hub) => {
              const locationCode = location ?? (await findOnlyLocation(hub))
              return about.build({ ...place, locationCode, unit: options.unit }, options)
            },
            (result) => about.say(result, result.baseUnits ?? place.quantity),
          ),
        )
      })
  }
}

/** Words without a name fill what the options left open, in the order SKU, quantity, location. */
export function readPlace(
  words: readonly string[],
  options: Pick<PlacedOptions, 'sku' | 'quantity' | 'location'> & { serials?: readonly string[] | undefined },
): { sku: string; quantity: number; location: string | undefined } {
  const left = [...words]
  const sku = options.sku ?? left.shift()
  // Serials that are named are counted, where nothing else is said.
  const quantity = options.quantity ?? left.shift() ?? options.serials?.length
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

function serialsIn(options: object): readonly string[] | undefined {
  return 'serial' in options && Array.isArray(options.serial) ? options.serial : undefined
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
