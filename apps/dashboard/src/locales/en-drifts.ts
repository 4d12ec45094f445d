/** Differences between a platform's number and the hub's that wait for a decision. */
export const enDrifts = {
  drifts: {
    title: 'Numbers that nothing explains',
    note: 'The platform shows something else than what the hub wrote and orders explain. Until somebody decides, such a listing is lowered with sales, and never raised.',
    notYours: 'Only administrators and owners decide this.',
    shows: 'The platform shows',
    says: 'The hub says',
    by: 'Difference',
    gone: 'a listing that is gone',
    cause: {
      'edited-on-platform': 'Somebody has typed another number into the platform’s own screens.',
      'unseen-sale': 'Perhaps a sale that the hub has not been told of yet.',
      'platform-correction': 'The platform has put units of cancelled or returned orders back by itself.',
    },
    rule: {
      ask: 'The rule of this connection: ask.',
      'platform-wins':
        'The rule of this connection lets the platform win, but this could not be booked by itself.',
      'hub-wins': 'The rule of this connection lets the hub win.',
    },
    choice: { hub: 'Restore {{n}}', platform: 'Accept {{n}}' },
    all: { hub: 'Restore all', platform: 'Accept all' },
    text: {
      hub: 'The hub’s number is written to the platform again, as of now: what was sold meanwhile is taken off. Nothing is booked.',
      platform:
        'The platform’s number counts: an adjustment of {{units}} is booked at {{location}}, and every other channel follows.',
    },
    allText: {
      hub_one: 'The hub’s number is written to the platform again for one listing. Nothing is booked.',
      hub_other: 'The hub’s numbers are written to the platform again for {{n}} listings. Nothing is booked.',
      platform_one:
        'The platform’s number counts for one listing: the difference is booked as an adjustment, and every other channel follows.',
      platform_other:
        'The platform’s numbers count for {{n}} listings: each difference is booked as an adjustment, and every other channel follows.',
    },
    working: 'Working through them, a few hundred at a time…',
    refused: '{{resolved}} decided. {{refused}} could not be and wait on:',
  },
}
