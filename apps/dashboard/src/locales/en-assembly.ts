/** English: kits that are put together ahead, and taken apart again. */
export const enAssembly = {
  assembly: {
    title: 'Put together, take apart',
    how: 'What is to be recorded',
    assemble: 'Put together',
    disassemble: 'Take apart',
    location: 'Location',
    locationOption: '{{code}} · {{name}} · up to {{n}}',
    kits: 'Kits',
    atMost: 'At most {{n}} at {{location}}',
    limitedBy: '{{sku}} is enough for no more',
    part: 'Part',
    each: 'In each',
    there: 'Available there',
    uses: 'Uses',
    gives: 'Gives back',
    action: {
      assemble: 'Put {{n}} together',
      disassemble: 'Take {{n}} apart',
    },
    ask: {
      assemble: 'Put {{n}} of {{sku}} together at {{location}}?',
      disassemble: 'Take {{n}} of {{sku}} apart at {{location}}?',
    },
    askText: {
      assemble:
        'Record it once it is done on the floor. The parts leave stock, the kits come into it, and every channel is told.',
      disassemble:
        'Record it once it is done on the floor. The kits leave stock, their parts come back into it, and every channel is told.',
    },
    done: {
      assemble: '{{n}} put together at {{location}}; {{onHand}} on hand there now.',
      disassemble: '{{n}} taken apart at {{location}}; {{onHand}} on hand there now.',
    },
    undo: {
      assemble: 'Undo: take these apart again',
      disassemble: 'Undo: put these together again',
    },
    wrong: {
      'not-whole': 'Kits: give a whole number from 1.',
      none: {
        assemble:
          'Kits: none can be put together at {{location}}. Receive {{sku}} there, or choose another location.',
        disassemble: 'Kits: none lies free at {{location}}. Choose another location.',
      },
      'too-many': {
        assemble:
          'Kits: {{sku}} is enough for {{n}} at {{location}} ({{available}} available, {{each}} in each). Give {{n}} or fewer, or receive more of it.',
        disassemble: 'Kits: only {{n}} lie free at {{location}}. Give {{n}} or fewer.',
      },
    },
    obstacle: {
      'lot-missing':
        'This cannot be recorded here: {{sku}} is tracked by lot, and which lot it becomes would have to be said. Adjust the items one by one.',
      'serial-missing':
        'This cannot be recorded here: {{sku}} is tracked by serial number, and which ones would have to be said. Adjust the items one by one.',
    },
    nowhere: 'Nothing of it lies anywhere yet. Receive its parts first.',
  },
}
