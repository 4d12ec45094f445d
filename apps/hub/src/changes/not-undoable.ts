import type { NotUndoable } from '@plimsoll/client'

/** Why a change cannot be undone, and what to do in its place: each code in English. */
export const notUndoable: Readonly<Record<NotUndoable, string>> = {
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
}
