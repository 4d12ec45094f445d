import {
  type ActionHead,
  type DocumentOutcome,
  type DocumentPage,
  type DocumentStore,
  isUuid,
  refuse,
  type StockErrorCode,
} from '@plimsoll/stock'
import { toDocumentStore } from '@plimsoll/sync'
import type { Command } from 'commander'
import { toStoredKey } from '../../client-key.ts'
import type { HubBase } from '../../hub-base.ts'
import { processContext } from '../../process-context.ts'
import { EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'

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

/** How documents of one kind are found and shown. */
export type ShownDocument<Document> = {
  /** As a person calls one, and what its id is called: `<transfer>`. */
  name: string
  argument: string
  unknown: StockErrorCode
  states: readonly string[]
  find(db: Db, organizationId: string, id: string): Promise<Document | undefined>
  findPage(
    db: Db,
    organizationId: string,
    query: { state?: string | undefined; limit: number },
  ): Promise<DocumentPage<Document>>
  /** One line, for a list. */
  headText(document: Document): string
  toText(document: Document): string
}
type Db = HubBase['database']['kysely']

/** @throws RefusedByLedger where there is none */
export async function getDocument<Document>(
  { database, context }: HubBase,
  { name, argument, unknown, find }: ShownDocument<Document>,
  id: string,
): Promise<Document> {
  const found = isUuid(id) ? await find(database.kysely, context.organizationId, id) : undefined
  if (found === undefined) {
    throw new RefusedByLedger(refuse(unknown, argument, `There is no ${name} ${id}.`))
  }
  return found
}

/** `show` and `list` of documents with lines. */
export function addReadings<Document extends object>(
  group: Command,
  exit: (code: number) => void,
  kind: ShownDocument<Document>,
): void {
  addCommonOptions(group.command('show'))
    .description(`one ${kind.name} with its lines`)
    .argument(`<${kind.argument}>`, 'its id')
    .action(async (id: string, options: CommonOptions) => {
      exit(await runReading(options, (hub) => getDocument(hub, kind, id), kind.toText))
    })
  addListing(group, exit, kind)
}

/** `list` of documents. */
export function addListing<Document extends object>(
  group: Command,
  exit: (code: number) => void,
  {
    name,
    states,
    findPage,
    headText,
  }: Pick<ShownDocument<Document>, 'name' | 'states' | 'findPage' | 'headText'>,
): void {
  addCommonOptions(group.command('list'))
    .description(`the newest ${LISTED} ${name}s`)
    .option('--state <state>', `only ${states.slice(0, -1).join(', ')} or ${states.at(-1)} ones`)
    .action(async (options: CommonOptions & { state?: string }) => {
      exit(
        await runReading(
          options,
          ({ database, context }) =>
            findPage(database.kysely, context.organizationId, { state: options.state, limit: LISTED }),
          ({ rows }) => (rows.length === 0 ? 'There is none.' : rows.map(headText).join('\n')),
        ),
      )
    })
}

/** What a person picks from where a list is long. */
const LISTED = 50
