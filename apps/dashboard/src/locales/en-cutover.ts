/** Opening stock: the numbers of a shop become the first stock in the ledger. */
export const enCutover = {
  opening: {
    title: 'Opening stock',
    intro:
      'Stock that Plimsoll was never told of counts as zero. Here the stock that {{name}} shows now becomes the stock in Plimsoll. The shop itself is not changed.',
    steps: 'How far it is',
    step: {
      begin: 'Begin',
      orders: 'Read orders and numbers',
      look: 'Look at the differences',
      taken: 'In Plimsoll’s ledger',
    },
    sourceTitle: 'Where the numbers come from',
    source: 'The numbers of {{name}} itself',
    sourceText:
      'What the shop shows now is what you have, and the units of its open orders are still there: they are on top, and reserved.',
    isOther: 'Its numbers come from {{name}}.',
    isFile: 'Its numbers come from a file or a count.',
    counted: 'You know better than the shop? Count instead: a count goes into the ledger by itself.',
    count: 'Count stock',
    unmapped_one: '1 listing is tied to no item yet: it is left out.',
    unmapped_other: '{{n}} listings are tied to no item yet: they are left out.',
    match: 'Match listings',
    takenElsewhere:
      'Opening stock was taken from {{name}} before. What both sell would now get the numbers of {{here}}: look closely at the differences.',
    begin: 'Begin: read orders and numbers',
    beginNote:
      'Nothing is booked before you have seen every difference. You can leave this page and come back.',
    isLive:
      '{{name}} is live: it shows the numbers of Plimsoll, so it cannot be the source of them. To correct stock, count it.',
    notShadow:
      '{{name}} is not in shadow just now. Opening stock is taken while a shop is read and not written to.',
    notChannel: '{{name}} is no shop: it tells what it counts by itself.',
    notYours: 'Only an admin or owner can take opening stock over. You see how far it is.',
    reading: 'Reading the open orders of the last 60 days. A large shop takes some minutes.',
    waiting_one: '1 order waits to be worked through.',
    waiting_other: '{{n}} orders wait to be worked through.',
    numbers: 'Orders are read. Reading every number that the shop shows now.',
    numbersOf: 'Orders are read. Reading every number that the shop shows now: {{n}} of {{of}}.',
    readingNote: 'You can leave this page: it goes on when you come back.',
    othersGoOn: 'It goes on when an admin or owner opens this page.',
    fileGoesOn:
      'It was begun on the command line with a file: go on with `plimsoll cutover propose {{name}}`.',
    parked_one:
      '1 event of the shop could not be applied and waits for a person. The units of an order are not counted until then: look at it first.',
    parked_other:
      '{{n}} events of the shop could not be applied and wait for a person. The units of an order are not counted until then: look at them first.',
    seeParked: 'Look at them',
    proposal: 'Differences',
    sums: '{{places}} places, of which {{differ}} differ: {{more}} units more, {{fewer}} fewer. {{left}} left alone.',
    asOf: 'As of {{moment}}',
    filter: 'Show',
    only: { differ: 'What differs', left: 'What is left alone', all: 'All' },
    column: {
      sku: 'SKU',
      location: 'Location',
      ledger: 'In Plimsoll',
      proposed: 'Opening',
      difference: 'Difference',
      reserved: 'Reserved',
    },
    leftAlone: 'Left alone: {{why}}',
    skipped: {
      'virtual-kit': 'a kit has no stock of its own, its parts have.',
      lot: 'it is kept by lots. Count it with its lots.',
      serial: 'it is kept by serial numbers. Count it with them.',
      'counted-since': 'counted since then; the count is the newer truth.',
      'several-listings': 'several listings show it, and nobody knows whether they share it. Count it.',
      other: 'count it.',
    },
    noneHere: 'There is nothing of this kind.',
    noneTitle: 'There is no number to take over',
    noneCure:
      'Opening stock comes from listings that are tied to items and that the shop counts. Match listings first, then work it out again.',
    sameTitle: 'Nothing differs',
    sameText: 'Plimsoll’s ledger says what the shop says already.',
    again: 'Work it out again',
    changed:
      'The numbers have changed since you looked, so what differs was not booked. This is how it is now.',
    take: 'Take them over',
    takeTitle: 'Take the opening stock of {{name}} over?',
    takeText:
      '{{differ}} places are corrected in Plimsoll’s ledger: {{more}} units more, {{fewer}} fewer. Nothing is written to the shop.',
    goOn: 'Book the rest',
    isApproved:
      'It was approved, and not all of it is booked yet. Booking goes on where it was; nothing is booked twice.',
    cancel: 'Give up',
    cancelTitle: 'Give this opening stock up?',
    cancelText: 'Nothing of it is booked. You can begin again at any time.',
    cancelApproved: 'What is booked of it stays, the rest is not booked. You can begin again at any time.',
    keep: 'Keep it',
    doneTitle: 'The opening stock is in Plimsoll',
    doneText: 'Now look at what would be written, then go live: every number is shown before and after.',
    doneLive: '{{name}} is live: it shows this stock.',
    donePaused: '{{name}} is not in shadow just now: go on at its page.',
    seeItems: 'See the items',
    redo: 'Take it over again',
    redoNote: 'More listings matched since? Only what differs by then is booked.',
    failed: 'That did not work: {{detail}}',
    open: 'Take the shop’s numbers',
  },
}
