/** Refusals about kits, part of the package's one catalogue in `errors.ts`. */
export const kitErrors = {
  'unknown-component': { status: 422, fault: 'yours', cure: 'Check the spelling, or import the item first.' },
  'kit-components': {
    status: 422,
    fault: 'yours',
    cure: 'Give a kit 1 to 500 components, each named once, and none to what is no kit.',
  },
  'kit-cycle': { status: 422, fault: 'yours', cure: 'Take the kit out of its own components.' },
  'kit-too-large': {
    status: 422,
    fault: 'yours',
    cure: 'Nest kits at most 10 deep, with at most 1,000 different items in the end.',
  },
  'kit-has-no-stock': {
    status: 409,
    fault: 'yours',
    cure: 'Change the stock of its components, or make it an assembled kit.',
  },
  'not-assembled': {
    status: 409,
    fault: 'yours',
    cure: 'Define it as an assembled kit first; a virtual kit is never put together.',
  },
  'kit-item-has-stock': {
    status: 409,
    fault: 'yours',
    cure: 'Take its stock to zero first, or make it an assembled kit.',
  },
} as const satisfies Record<
  string,
  { status: number; fault: 'ours' | 'yours' | 'theirs' | 'passing'; cure: string }
>
