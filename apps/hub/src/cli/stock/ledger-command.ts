import type { CommandOutcome, Refusal, StockCommand } from '@plimsoll/stock'
import { changeStock } from '@plimsoll/sync'
import { type Command, InvalidArgumentError, type Option } from 'commander'
import { z } from 'zod'
import { inClientWords, toStoredKey } from '../../client-key.ts'
import type { HubBase } from '../../hub-base.ts'
import { processContext } from '../../process-context.ts'
import { EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'

/**
 * The frame of every subcommand that gives the ledger one command: its options, its key, and how its outcome
 * is said. A subcommand says only what is its own.
 */
export type LedgerOptions = CommonOptions & { key?: string; reason?: string; effectiveAt?: Date }

/** A stock command without what the options of the frame give. */
export type Headless<Each> = Each extends StockCommand
  ? Omit<Each, 'key' | 'actor' | 'reason' | 'effectiveAt'>
  : never
type Done = Exclude<CommandOutcome, Refusal>
export type LedgerResult = Done['result']

/** What a subcommand is, for `placedCommand` and `reservationCommand`. */
export type About<Place, Own> = {
  description: string
  /** What the quantity is, for the help. */
  quantity: string
  /** Options of its own. */
  options?: readonly Option[]
  build: (place: Place, own: Own) => Headless<StockCommand>
  /** What was done, in a sentence. */
  say: (result: LedgerResult, quantity: number) => string
}
export type AddSubcommand = (group: Command, exit: (code: number) => void) => void

const KEY_LENGTH_MAX = 200
const REASON_LENGTH_MAX = 500

/** The options of every subcommand that changes stock. */
export function addLedgerOptions(command: Command): Command {
  return addCommonOptions(
    command
      .option('--reason <text>', 'why, for whoever reads the movement', textUpTo(REASON_LENGTH_MAX))
      .option(
        '--effective-at <instant>',
        'when it happened, for example 2026-11-25T10:00:00Z (default: now)',
        toInstant,
      )
      .option(
        '--key <key>',
        'idempotency key: under the same key the same command counts once (default: a fresh one)',
        textUpTo(KEY_LENGTH_MAX),
      ),
  )
}

/**
 * Gives the ledger one command and says what became of it; channels are told by the same transaction.
 * @param build what to do, worked out on the open hub; it throws CommandProblem for wrong input
 * @param say what was done, in a sentence
 * @returns the exit code
 * @throws RefusedByLedger with nothing changed
 */
export async function runLedgerCommand(
  options: LedgerOptions,
  build: (hub: HubBase) => Headless<StockCommand> | Promise<Headless<StockCommand>>,
  say: (result: LedgerResult) => string,
): Promise<number> {
  return await withHub(options, async (hub, output) => {
    const key = options.key ?? processContext.uuid()
    const command = {
      ...(await build(hub)),
      key: toStoredKey('cli', key),
      actor: 'cli',
      reason: options.reason ?? null,
      effectiveAt: options.effectiveAt,
    }
    const [outcome] = await changeStock(hub.context, [command]).catch((error: unknown) => {
      output.warn(`Whether it was applied is not known. Run it again with --key ${key}: it counts once.`)
      throw error
    })
    if (outcome === undefined) throw new Error('the command was not answered')
    if (outcome.kind === 'refused') throw new RefusedByLedger(inClientWords('cli', outcome))
    const { kind, result } = outcome
    output.result({ kind, key, ...result }, () =>
      kind === 'repeated'
        ? `Applied before under this key, so nothing was changed now. Then: ${say(result)}`
        : say(result),
    )
    return EXIT.ok
  })
}

/** ` From L12: 3, L13: 1.`, of an item that is tracked by lot. */
export function lotsOf({ lots = [] }: LedgerResult): string {
  return lots.length === 0
    ? ''
    : ` From ${lots.map(({ lot, quantity }) => `${lot}: ${quantity}`).join(', ')}.`
}

/** `: on hand 10, reserved 2, held 0, available 8.` */
export function figuresOf({ onHand, reserved, held, available }: LedgerResult): string {
  return `on hand ${onHand}, reserved ${reserved}, held ${held}, available ${available}`
}

/** ` Of the reservation: 3 reserved, 1 released, 1 shipped, 0 returned, 1 open.`, and so of each part of a kit. */
export function reservationOf({ reservation, parts = [] }: LedgerResult): string {
  if (reservation === undefined) return ''
  const say = (each: typeof reservation) =>
    `${each.reserved} reserved, ${each.released} released, ${each.shipped} shipped, ${each.returned} returned, ${each.open} open`
  return [
    ` Of the reservation: ${say(reservation)}.`,
    ...parts.map((part) => `  of part ${part.sku}: ${say(part)}`),
  ].join('\n')
}

/** A line for each component that a kit took or gave. */
export function componentsOf({ components = [] }: LedgerResult, verb: 'took' | 'gave'): string[] {
  return components.map(
    ({ sku, units, available }) => `  ${verb} ${units} of ${sku}, ${available} available now`,
  )
}

function textUpTo(length: number): (text: string) => string {
  return (text) => {
    if (text === '' || text.length > length) {
      throw new InvalidArgumentError(`Give a text of 1 to ${length} characters.`)
    }
    return text
  }
}

export function toInstant(text: string): Date {
  // Without a zone it would be another moment on another machine.
  if (!z.iso.datetime({ offset: true }).safeParse(text).success) {
    throw new InvalidArgumentError('Write it as 2026-11-25T10:00:00Z or 2026-11-25T18:00:00+08:00.')
  }
  return new Date(text)
}
