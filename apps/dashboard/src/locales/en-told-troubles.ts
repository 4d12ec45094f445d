import type { ToldTrouble } from '@plimsoll/client'
import { enToldProblems } from './en-told-problems.ts'

/**
 * What is the matter with a level, a counted stock unit, a job, a bulk edit, a destination or a line of a delivery. What stands
 * in the way of a connection stands in theirs as well; those are said the same way.
 */
const toldTrouble: Record<ToldTrouble['code'], string> = {
  ...withoutSaid(enToldProblems.toldProblem),
  invalid:
    'The platform does not take it as it is{{said}}. Correct the value named, or report it with the request id.',
  // The hub's own sentence says it all: in English `refusal` is empty.
  refused: '{{refusal}}{{message}}',
  failed: 'Something went wrong{{said}}. Try again; if it stays so, report it with the time.',
  'level-untracked':
    'The platform does not count this listing, so it sells without limit and no quantity is written. Switch stock tracking on there, then import again.',
  'level-gone': 'The platform does not have this listing there any more, so nothing is written to it.',
  'level-echo':
    'The platform shows {{shows}} whenever {{quantity}} is written. Look at the listing there: a plugin or a rule may change it.',
  'not-mapped': 'It is tied to no item: map it.',
  'no-stock-of-kit': 'It is tied to a kit, which has no stock of its own: only its parts have.',
  'take-back-by-hand': 'It is tracked by serial number: take its units back by hand, each by its number.',
  'count-tracked': '{{sku}} is tracked by {{tracking}}, which the platform does not tell.',
  'count-held':
    '{{counted}} free units of {{sku}} are counted, and {{known}} are known. It waits for you, since many changed so at once.',
  'count-short': '{{units}} more of {{sku}} are reserved there than the platform has left.',
  'place-untied': 'No location stands for the place {{place}} of {{warehouse}}: tie one to it.',
  answered: 'It answered {{answer}}{{said}}.',
}
export const enToldTroubles = {
  toldTrouble,
  /** What others said, as it came, where no more is known of it. */
  quoted: '{{message}}',
  toldActivity: {
    found: 'Found {{observed}} where {{expected}} was expected.',
    'found-first': 'Found {{observed}} at the first look.',
  },
  notUndoable: {
    'window-over': 'A window that was ended is over; schedule it again.',
    'first-rules': 'Before the first rules the defaults held; write those.',
    'former-credentials': 'Former credentials are not kept; give them again.',
    'counted-stays-tied':
      'What a platform counts itself stays tied once it was booked; tie it to another location.',
    'application-not-kept': 'What an application proves itself with is not kept here; give it again.',
    bins: 'Bins are written anew on the page of their location.',
    currency: 'A currency is changed to another, not taken away.',
    'item-on-page': 'An item is changed on its own page; what it was stands here.',
    'lot-on-page': 'What was said of a lot is said anew on its page, with a reason.',
    'destination-gone': 'The address of a destination that was taken away is not kept; add it anew.',
    gone: 'What it was of, or what it would be set to, is not there any more.',
    'connection-made': 'A connection is not unmade; pause it.',
    'several-settings': 'Several settings were changed at once; change them singly.',
    'set-once': 'Nothing sets that again once the connection is made.',
    'went-live': 'A connection that went live is paused in its place.',
    'location-made': 'A location is not unmade; archive it.',
  },
  tracking: { lot: 'lot', serial: 'serial number' },
}

function withoutSaid<Words extends { said: string }>({ said: _, ...words }: Words): Omit<Words, 'said'> {
  return words
}
