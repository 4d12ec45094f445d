import type { ActionHead, DocumentOutcome, DocumentStore } from '@plimsoll/stock'
import { toDocumentStore } from '@plimsoll/sync'
import { type Command, InvalidArgumentError } from 'commander'
import { toStoredKey } from '../../client-key.ts'
import type { HubBase } from '../../hub.ts'
import { processContext } from '../../process-context.ts'
import { CommandProblem, EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { toQuantity } from './quantity.ts'

/**
 * The frame of every subcommand that acts on a document (transfer, inbound shipment, stock count): its options, its
 * key, and how its outcome is said.
 */
export type DocumentOptions = CommonOptions & { key?: string; reason?: string }

/** The options of every subcommand that acts on a document. */
export function addDocumentOptions(command: Command): Command {
  return addCommonOptions(
    command
      .option('--reason <text>', 'why, for whoever reads the movements')
      .option(
        '--key <key>',
        'idempotency key: under the same key the same action counts once (default: a fresh one)',
      ),
  )
}

/**
 * Carries out one action and says what became of it; channels are told by the same transaction.
 * @param say what was done, for people
 * @returns the exit code
 * @throws RefusedByLedger with nothing changed
 */
export async function runDocumentCommand<Result extends object>(
  options: DocumentOptions,
  act: (store: DocumentStore, head: ActionHead, hub: HubBase) => Promise<DocumentOutcome<Result>>,
  say: (result: Result) => string,
): Promise<number> {
  return await withHub(options, async (hub, output) => {
    const key = options.key ?? processContext.uuid()
    const head = { key: toStoredKey('cli', key), actor: 'cli', reason: options.reason ?? null }
    const outcome = await act(toDocumentStore(hub.context), head, hub)
    if (outcome.kind === 'refused') throw new RefusedByLedger(outcome)
    const { kind, result } = outcome
    output.result({ kind, key, ...result }, () =>
      kind === 'repeated'
        ? `Done before under this key, so nothing was changed now. Then: ${say(result)}`
        : say(result),
    )
    return EXIT.ok
  })
}

/** Reads and says something, changing nothing. */
export async function runReading<Result extends object>(
  options: CommonOptions,
  read: (hub: HubBase) => Promise<Result>,
  say: (result: Result) => string,
): Promise<number> {
  return await withHub(options, async (hub, output) => {
    output.result(await read(hub), say)
    return EXIT.ok
  })
}

export type SkuQuantity = { sku: string; quantity: number }

/** `MUG=10`: the last equals sign parts them, since a SKU may hold one. */
export function toSkuQuantity(text: string): SkuQuantity {
  const at = text.lastIndexOf('=')
  if (at < 1) throw new InvalidArgumentError(`"${text}" is no SKU=QUANTITY, such as MUG=10.`)
  return { sku: text.slice(0, at), quantity: toQuantity(text.slice(at + 1)) }
}

/** For an option or argument that may be given several times. */
export function collect<Value>(read: (text: string) => Value): (text: string, earlier?: Value[]) => Value[] {
  return (text, earlier = []) => [...earlier, read(text)]
}

/** The lines of a document that SKUs name. */
export function toLines<Line extends { line: number; sku: string }>(
  lines: readonly Line[],
  given: readonly SkuQuantity[],
): { line: number; quantity: number }[] {
  return given.map(({ sku, quantity }) => {
    const [found, ...others] = lines.filter((line) => line.sku === sku)
    if (found === undefined) throw new CommandProblem(`"${sku}" is on no line of it.`)
    if (others.length > 0) {
      throw new CommandProblem(`"${sku}" is on several lines, one for each lot; use the API for it.`)
    }
    return { line: found.line, quantity }
  })
}

/** What a person picks from where a list is long. */
export const LISTED = 50
