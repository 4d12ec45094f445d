/** The load line: the drawing of an item as a ship. */
export const enLoadLine = {
  loadLine: {
    summary: 'On hand {{onHand}}, reserved {{reserved}}, held {{held}}, available {{available}}.',
    title: 'Load line',
    marks: 'What each channel may promise',
    parts: 'Parts of the drawing',
    inWords: 'In words',
    nothing: 'Nothing on hand',
    underWater: 'Under water: {{n}} sold that are not there',
    moreMarks: '{{n}} more in the list of listings',
    toDeliveries: 'Deliveries on their way',
    part: {
      reserved: 'Reserved',
      held: 'Held',
      free: 'On offer',
      clear: 'Kept clear',
      short: 'Under water',
      incoming: 'At the quay',
    },
    partMeaning: {
      reserved:
        'Sold, and still here: orders have it. It is cargo, and the ship sinks as deep as it is loaded.',
      held: 'Here, but not for sale: damaged, or waiting to be looked at.',
      free: 'What shoppers may still buy. The load line lies at its top: so deep would the ship lie if the channel that shows most sold all of it.',
      dealt:
        'What shoppers may still buy, dealt among the channels: each has a compartment, and none can sell from another’s.',
      clear:
        'Free, but shown by no channel: a buffer, a cap or a share keeps it clear, so that two shoppers do not buy one unit.',
      unlisted: 'Free, and no channel sells it: no listing is tied to this item yet.',
      short:
        'More is sold than is here. Every channel shows zero until it is made good: see the cures among the tasks.',
      incoming: 'On its way to you, and not on board yet: nobody may buy it unless a policy says so.',
    },
    is: {
      open: 'open',
      buffered: 'buffered',
      tightening: 'tightening',
      guaranteed: 'guaranteed',
      broken: 'not guaranteed',
    },
    protection: {
      open: 'Open: the hatch stands open, and every channel shows all that is available.',
      buffered:
        'Buffered: the hatch is shut, and some is kept clear beneath it for what the other channels sell meanwhile.',
      tightening: 'Tightening: compartments are being built. No channel rises until nothing can be oversold.',
      guaranteed:
        'Guaranteed: sealed compartments, one for each channel. They cannot sell more than is there.',
      broken:
        'Not guaranteed: the compartments hold more than the hull. The channels give units up until they fit.',
    },
    autoNow: 'It is chosen automatically.',
    setTo: 'It was set so.',
    brokenNow: 'More may be sold than is there just now.',
    markMeaning: '{{name}} shows {{shown}}. If it sold them all, the ship would lie down to its mark.',
    markDealt: '{{name}} shows {{shown}}: its own compartment, which no other channel sells from.',
    markUnits: 'Each takes {{each}} units, so that is {{n}} of this item.',
    markBeyond:
      'That is more than is on hand: a policy lets it promise more, or a lower number is on its way there.',
    told: {
      none: 'Nothing is on hand.',
      carries: '{{onHand}} on hand: {{reserved}} are reserved for orders and {{held}} are held.',
      short: '{{n}} more are sold than are there: the ship is under water.',
      available: '{{n}} may still be sold.',
      shows: 'Channels show: {{channels}}.',
      dealt: 'They are dealt among the channels: {{channels}}.',
      and: ', ',
      clear: '{{n}} are kept clear and shown nowhere.',
      incoming: '{{n}} wait at the quay: they are on their way.',
    },
  },
}
