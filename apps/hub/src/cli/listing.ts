import type { ListingChangeList } from '@plimsoll/client'
import { Argument, type Command } from 'commander'
import { decideOnListing, listListingChanges } from '../listing-changes.ts'
import { numberIn } from './number-option.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const CHOICES = ['keep', 'move', 'unmap'] as const

type DecideOptions = CommonOptions & { sku?: string; units?: number }

/** `plimsoll listing`: listings whose SKU changed on their platform, and what a person says of them. */
export function listingCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('listing')
    .description('listings whose SKU was changed, swapped or taken over on their platform')

  addCommonOptions(group.command('changes'))
    .description('list those that wait for you, what they follow meanwhile, and what is proposed')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => listListingChanges(context), sayChanges))
    })

  addCommonOptions(group.command('decide'))
    .description('keep the mapping of a listing, move it along with the SKU, or untie it')
    .argument('<listing>', 'id of a listing, as `plimsoll listing changes` says it')
    .addArgument(new Argument('<choice>', 'keep, move or unmap').choices(CHOICES))
    .option('--sku <sku>', 'with move: another item than the one proposed')
    .option(
      '--units <number>',
      'with move: base units that one of the listing sells',
      numberIn({ min: 1, max: 100_000 }),
    )
    .action(async (listing: string, choice: (typeof CHOICES)[number], options: DecideOptions) => {
      const { sku, units: unitsPerListing } = options
      exit(
        await runReading(
          options,
          ({ context }) => decideOnListing(context, listing, { choice, sku, unitsPerListing }),
          ({ mapped, replayed }) => `Done: ${mapped} listings tied anew, ${replayed} parked events replayed.`,
        ),
      )
    })
}

function sayChanges({ rows }: ListingChangeList): string {
  if (rows.length === 0) return 'No listing waits for you.'
  return [
    ...rows.map((row) => {
      const follows = row.itemSku === null ? 'follows nothing' : `follows ${row.itemSku}`
      const shows = row.shows === null ? '' : `, shows ${row.shows}`
      const proposed =
        row.proposed === null
          ? 'no item has its SKU'
          : `move: ${row.proposed.sku} × ${row.proposed.unitsPerListing}`
      return `  ${row.listingId}  ${row.doubt}: "${row.title}" is ${row.sku} now (was ${row.mappedSku ?? '–'}); ${follows}${shows}; ${proposed}`
    }),
    'Say what each sells: plimsoll listing decide ID keep, move or unmap.',
  ].join('\n')
}
