import type { MappingConflicts, MappingListing, MappingOverview, MappingPage } from '@plimsoll/client'
import {
  acceptMappings,
  CONFIDENCES,
  CONFLICT_KINDS,
  type Confidence,
  type ConflictKind,
  forgetLooks,
  heedAll,
  ignoreAll,
  keepSuggestions,
  MAPPING_STATES,
  type MappingState,
  previewAcceptance,
  SURENESSES,
  type Sureness,
  undoAcceptance,
  type Wanted,
} from '@plimsoll/sync'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { makeKitOfListing } from '../listing-kit.ts'
import { listConflicts, listMappings, readMappingOverview, toPreviewAnswer } from '../views/mapping.ts'
import { mappingRuleCommands } from './mapping-rules.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const ACTOR = 'cli'
type ListOptions = CommonOptions & {
  state: MappingState
  confidence?: Sureness
  connection?: string
  search?: string
  limit: number
  cursor?: string
}
type AcceptOptions = CommonOptions & { all?: Confidence; connection?: string; limit?: number }
type Named = { listingId: string; sku?: string; unitsPerListing?: number }

/** `plimsoll mapping`: what listings sell. */
export function mappingCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('mapping')
    .description('which item each listing sells: suggestions, rules, conflicts')

  addCommonOptions(group.command('status'))
    .description('how many listings wait to be matched, and what can be taken back')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => readMappingOverview(context), sayOverview))
    })

  addCommonOptions(group.command('list'))
    .description('listings with what they sell, or what is suggested for them and why; the surest first')
    .addOption(new Option('--state <state>', 'which').choices(MAPPING_STATES).default('waiting'))
    .addOption(new Option('--confidence <confidence>', 'of those that wait, only these').choices(SURENESSES))
    .option('--connection <connection>', 'only of this one, by id or name')
    .option('--search <text>', 'a part of the title or SKU, or the external id')
    .option('--limit <number>', 'so many at once', numberIn({ min: 1, max: 200 }), 50)
    .option('--cursor <cursor>', '`next` of the page before')
    .action(
      async ({ state, confidence: sureness, connection, search, limit, cursor, ...options }: ListOptions) => {
        const query = { state, sureness, connection, search, limit, cursor }
        exit(await runReading(options, ({ context }) => listMappings(context, query), sayPage))
      },
    )

  addCommonOptions(group.command('look'))
    .description(
      'look for matches of all that waits anew, now; a running hub does so by itself as listings and items come',
    )
    .action(async (options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            await forgetLooks(context.database.kysely, context.organizationId)
            const report = await keepSuggestions(context)
            return { ...report, ...(await readMappingOverview(context)) }
          },
          ({ looked, tied, problems, ...rest }) =>
            [`Looked at ${looked} listings; rules tied ${tied}.`, ...problems, sayOverview(rest)].join('\n'),
        ),
      )
    })

  acceptCommands(group, exit)

  addCommonOptions(group.command('ignore'))
    .description('listings that are never to be matched; one that is tied is untied')
    .argument('<listings...>', 'ids of listings')
    .requiredOption('--reason <text>', 'why, for whoever wonders')
    .action(async (listings: string[], { reason, ...options }: CommonOptions & { reason: string }) => {
      const ignore = runReading(
        options,
        ({ context }) => ignoreAll(context, listings.map(toId), { reason, actor: ACTOR }),
        ({ listings: count }) => `${count} listings are ignored.`,
      )
      exit(await ignore)
    })

  addCommonOptions(group.command('heed'))
    .description('ask about listings that were ignored again')
    .argument('<listings...>', 'ids of listings')
    .action(async (listings: string[], options: CommonOptions) => {
      const heed = runReading(
        options,
        ({ context }) => heedAll(context, listings.map(toId)),
        ({ listings: count }) => `${count} listings may be matched again.`,
      )
      exit(await heed)
    })

  addCommonOptions(group.command('conflicts'))
    .description('what may be wrong with mappings, each with what may be done')
    .addOption(new Option('--kind <kind>', 'only of this kind').choices(CONFLICT_KINDS))
    .option('--connection <connection>', 'only of this one, by id or name')
    .option('--limit <number>', 'so many of each kind', numberIn({ min: 1, max: 200 }), 20)
    .action(
      async ({
        kind,
        connection,
        limit,
        ...options
      }: CommonOptions & { kind?: ConflictKind; connection?: string; limit: number }) => {
        const query = { kinds: kind === undefined ? undefined : [kind], connection, limit }
        exit(await runReading(options, ({ context }) => listConflicts(context, query), sayConflicts))
      },
    )

  addCommonOptions(group.command('kit'))
    .description(
      'make a kit for a listing that sells several things together, and tie it; done again it changes nothing',
    )
    .argument('<listing>', 'id of a listing')
    .argument('<sku>', 'SKU of the kit; the item is made where it is not there')
    .requiredOption('--component <sku=quantity>', 'what it contains; once for each', addComponent)
    .option('--name <name>', 'what the kit is called where it is made (default: its SKU)')
    .action(
      async (
        listingId: string,
        sku: string,
        { component, name = sku, ...options }: CommonOptions & { component: Component[]; name?: string },
      ) => {
        const kit = { listingId: toId(listingId), sku, name, components: component }
        exit(await runReading(options, ({ context }) => makeKitOfListing(context, kit, ACTOR), sayAccepted))
      },
    )

  mappingRuleCommands(group, exit)
}

function acceptCommands(group: Command, exit: (code: number) => void): void {
  const addWanted = (command: Command) =>
    addCommonOptions(command)
      .argument(
        '[listings...]',
        'ids as list shows them; ID=SKU or ID=SKU*UNITS for another item than suggested',
      )
      .addOption(
        new Option('--all <confidence>', 'all whose best suggestion is so sure').choices(CONFIDENCES),
      )
      .option('--connection <connection>', 'with --all: only of this one, by id or name')
      .option('--limit <number>', 'with --all: so many at the most', numberIn({ min: 1, max: 1_000 }))

  addWanted(group.command('preview'))
    .description('what each listing would show were it accepted; nothing is changed')
    .action(async (listings: string[], options: AcceptOptions) => {
      const wanted = toWanted(listings, options)
      exit(
        await runReading(
          options,
          async ({ context }) => toPreviewAnswer(await previewAcceptance(context, wanted)),
          (preview) =>
            [
              `${preview.listings} listings: ${preview.lowered} fall, ${preview.raised} rise, ${preview.toZero} go to zero; ${preview.unitsBefore} units shown, then ${preview.unitsAfter}.`,
              ...preview.asksFirst.map(
                ({ connectionId, kind, listings: count }) =>
                  `  ${connectionId}: ${count} ${kind === 'zero' ? 'fall to zero' : 'rise'} at once; their writes wait for you (plimsoll safety).`,
              ),
              ...preview.rows
                .slice(0, 50)
                .map(
                  (row) =>
                    `  ${row.listingId}  "${row.title}" → ${row.sku} × ${row.unitsPerListing}: ${row.shows ?? '?'} → ${row.willShow ?? 'not written'}`,
                ),
            ].join('\n'),
        ),
      )
    })

  addWanted(group.command('accept'))
    .description('tie listings to what is suggested for them, or to what you say; all or none')
    .action(async (listings: string[], options: AcceptOptions) => {
      const wanted = toWanted(listings, options)
      const accept = runReading(
        options,
        ({ context }) => acceptMappings(context, wanted, { actor: ACTOR }),
        sayAccepted,
      )
      exit(await accept)
    })

  addCommonOptions(group.command('undo'))
    .description('take the last acceptance back: its listings are tied to what they were')
    .action(async (options: CommonOptions) => {
      const undo = runReading(
        options,
        ({ context }) => undoAcceptance(context, { actor: ACTOR }),
        ({ restored, left }) =>
          `Taken back: ${restored} listings${left === 0 ? '' : `; ${left} were tied otherwise since, and are left so`}.`,
      )
      exit(await undo)
    })
}

function toWanted(listings: readonly string[], { all, connection, limit }: AcceptOptions): Wanted {
  if ((all === undefined) === (listings.length === 0))
    throw new CommandProblem('Name listings, or give --all with a confidence.')
  return all === undefined ? { listings: listings.map(toNamed) } : { confidence: all, connection, limit }
}

function toNamed(text: string): Named {
  const [id = '', ...rest] = text.split('=')
  const said = rest.join('=')
  if (said === '') return { listingId: toId(id) }
  const [, sku = said, units] = /^(.+)\*(\d{1,6})$/.exec(said) ?? []
  return { listingId: toId(id), sku, ...(units !== undefined && { unitsPerListing: Number(units) }) }
}

function toId(text: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)) return text
  throw new CommandProblem(`"${text}" is no id of a listing; \`plimsoll mapping list\` shows them.`)
}

type Component = { sku: string; quantity: number }

function addComponent(text: string, before: Component[] = []): Component[] {
  const [, sku, quantity] = /^(.+)=(\d{1,6})$/.exec(text) ?? []
  if (sku === undefined || Number(quantity) < 1)
    throw new InvalidArgumentError('Give the SKU of an item and how many: MUG=2.')
  return [...before, { sku, quantity: Number(quantity) }]
}

function sayOverview({ counts, last }: MappingOverview): string {
  const lines = counts.map(
    (each) =>
      `  ${each.connectionId}: ${each.certain} certain, ${each.likely} likely, ${each.possible} possible, ${each.none} without a suggestion, ${each.new} not looked at; ${each.tied} tied, ${each.ignored} ignored`,
  )
  const taken =
    last === null
      ? 'Nothing can be taken back.'
      : `Last accepted: ${last.listings} listings by ${last.actor} at ${last.acceptedAt} (plimsoll mapping undo).`
  return [...lines, taken].join('\n')
}

function sayPage({ rows, next }: MappingPage): string {
  if (rows.length === 0) return 'There is none.'
  return [...rows.map(sayListing), ...(next === null ? [] : [`More: --cursor ${next}`])].join('\n')
}

function sayListing(row: MappingListing): string {
  const head = `  ${row.listingId}  "${row.title}" (${row.sku ?? 'no SKU'})`
  if (row.item !== null) return `${head}: sells ${row.item.sku} × ${row.unitsPerListing}`
  if (row.ignored !== null) return `${head}: ignored, ${row.ignored.because}`
  const [best] = row.suggestions
  if (best === undefined) return `${head}: ${row.isLooked ? 'nothing is like it' : 'not looked at yet'}`
  const reasons = best.reasons.map(({ text }) => text).join('; ')
  return `${head}: ${best.confidence}, ${best.sku} × ${best.unitsPerListing}: ${reasons}`
}

function sayConflicts({ rows, more }: MappingConflicts): string {
  if (rows.length === 0) return 'There is none.'
  const lines = rows.map(({ kind, listingId, text }) => `  ${kind}  ${listingId}  ${text}`)
  return [...lines, ...more.map((kind) => `There are more of ${kind}: give --limit.`)].join('\n')
}

function sayAccepted({ mapped, replayed }: { mapped: number; replayed: number }): string {
  return mapped === 0
    ? 'Nothing waits that is so sure.'
    : `${mapped} listings tied; ${replayed} parked events replayed.`
}
