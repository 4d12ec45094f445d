import { Invalid, type SampleTools } from '@plimsoll/connector-kit'
import { IN_FEEDS, type InFeed, OUT_FEEDS, type OutFeed } from '../definition.ts'
import type { Settings } from '../settings.ts'
import { guessSample } from './guess-sample.ts'
import { readSample } from './read-sample.ts'
import { writeExample } from './write-example.ts'

/** A description tried on samples, before it is anybody's: nothing of it is kept. */
export const samples: SampleTools<Settings> = {
  // Named by those who look for it; its contract is not public, so it is described by whoever has its spec sheet.
  names: ['Scoot'],
  guess: async (sample) => await guessSample(inFeed(sample.feed), sample),
  read: async (sample, terms) => await readSample(inFeed(sample.feed), sample, terms),
  write: async (feed, terms) => await writeExample(outFeed(feed), terms),
  describedIn({ definition }, feed) {
    // As it was written, so that it is read like one that is being written.
    const given = JSON.parse(definition) as { locations?: unknown; feeds?: Record<string, unknown> }
    return { description: given.feeds?.[feed], places: given.locations }
  },
}

function inFeed(feed: string): InFeed {
  const found = IN_FEEDS.find((each) => each === feed)
  if (found !== undefined) return found
  throw new Invalid(`There is no feed "${feed}"; there are: ${IN_FEEDS.join(', ')}.`, 'feed')
}

function outFeed(feed: string): OutFeed {
  const found = OUT_FEEDS.find((each) => each === feed)
  if (found !== undefined) return found
  throw new Invalid(`Nothing is told as "${feed}"; there are: ${OUT_FEEDS.join(', ')}.`, 'feed')
}
