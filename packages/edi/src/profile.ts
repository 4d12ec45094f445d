import { z } from 'zod'
import type { Separators } from './interchange.ts'

/**
 * What is agreed with one partner, in a file that a person writes from the partner's guide (`docs/guides/edi.md`). All that
 * guides differ in stands here; a code that it does not name is refused, never guessed.
 */
const code = z.string().trim().min(1).max(35)
const party = z.strictObject({ qualifier: z.string().trim().max(4).default('ZZ'), id: code.max(35) })
const setId = z.enum([
  '940',
  '943',
  '944',
  '945',
  '846',
  '947',
  '856',
  'INSDES',
  'DESADV',
  'RECADV',
  'INVRPT',
])
const place = z.strictObject({
  segment: z.string(),
  element: z.int().min(1),
  component: z.int().min(1).optional(),
  /** What stands in the first element of the segment meant. */
  qualifier: z.string().optional(),
})

export const partnerProfile = z
  .strictObject({
    name: z.string().trim().min(1),
    syntax: z.enum(['x12', 'edifact']),
    version: z.enum(['4010', '5010', 'D96A', 'D01B']),
    us: party,
    partner: party,
    /** GS02 and GS03, where they are not the interchange's ids. */
    groups: z.strictObject({ us: code, partner: code }).optional(),
    usage: z.enum(['production', 'test']).default('test'),
    separators: z
      .strictObject({
        element: z.string().length(1),
        component: z.string().length(1),
        segment: z.string().length(1),
        repetition: z.string().length(1).optional(),
        release: z.string().length(1).optional(),
      })
      .optional(),
    /** Behind each segment that we write. */
    lineEnd: z.enum(['', '\n', '\r\n']).default(''),
    encoding: z.enum(['utf-8', 'latin1', 'ascii']).default('utf-8'),
    /** EDIFACT's name for the characters, with the syntax version. */
    characters: z.string().default('UNOC:3'),
    /** Of the partner's clock: all its dates and times. */
    zone: z.string().default('UTC').refine(isZone, 'a time zone such as America/Chicago'),
    /** Sets that are exchanged. One that arrives and is not named is refused. */
    sets: z.array(setId).min(1),
    locations: z
      .array(z.strictObject({ id: code, name: z.string().default('') }))
      .min(1)
      .describe('the partner’s codes of its warehouses'),
    /** 92: assigned by us, 91: by the partner, 9: DUNS; EDIFACT has 92, 91 and 9 (GS1) too. */
    locationQualifier: z.string().default('92'),
    /** How items are named: the first that stands in a segment is our SKU. The first is written. */
    itemQualifiers: z.array(z.string()).min(1).optional(),
    /** Unit codes, with how many of our units one of them is. The first is written. */
    units: z.record(z.string(), z.int().min(1).max(1_000_000)).optional(),
    references: z
      .strictObject({
        form: z.enum(['short', 'upper', 'uuid']).default('short'),
        /** Where a document says which of ours it is about, if not where the standard puts it. */
        shippingAdvice: place.optional(),
        receipt: place.optional(),
      })
      .prefault({}),
    carriers: z.record(z.string(), z.string()).default({}).describe('the partner’s carrier code → our name'),
    /** Our shipping method → what is written. A method that is not named is written as it is. */
    methods: z
      .record(
        z.string(),
        z.strictObject({ carrier: z.string().optional(), routing: z.string().max(35).optional() }),
      )
      .default({}),
    cancel: z
      .strictObject({
        /** W05-01; EDIFACT: BGM 1225. */
        purpose: z.string().optional(),
        /** What says that it was cancelled: an advice in which nothing ships, or the acknowledgement alone. */
        confirmedBy: z.enum(['advice', 'acknowledgement']).default('advice'),
      })
      .prefault({}),
    /** W12-01 (QVR 4221): whether what is missing of a line comes later. */
    lineStatuses: z
      .record(z.string(), z.enum(['later', 'never']))
      .default({ CC: 'never', CL: 'never', CP: 'never', BP: 'later' }),
    shippingAdvices: z
      .strictObject({
        /** What is missing of lines that no advice names: `never` where the partner writes one advice for each order. */
        unnamed: z.enum(['later', 'never']).default('later'),
      })
      .prefault({}),
    /** MAN-01 and N9-01 (GIN 7405, RFF 1153) of tracking numbers and container codes. */
    marks: z.strictObject({ tracking: z.array(z.string()), sscc: z.array(z.string()) }).optional(),
    receipts: z
      .strictObject({
        /**
         * Codes (W17-01; BGM 1225) after which no more comes of a delivery. None of the standards' own says so: F is a full
         * account of this receipt, 9 an original. The partner has to.
         */
        complete: z.array(z.string()).default([]),
        /** W17-01 of goods that came in. Others (C: a customer's return; A, O, S: stocktaking; X: differences alone) are refused. */
        reporting: z.array(z.string()).min(1).default(['F', 'J']),
        /** W13-03 (RECADV: QTY 6063). `none`: said, and no units that lie there. */
        conditions: z.record(z.string(), z.enum(['damaged', 'sellable', 'total', 'none'])).optional(),
        /** Whether the quantity of a W07 has its damaged units in it. */
        includesDamaged: z.boolean().default(true),
      })
      .prefault({}),
    stock: z
      .strictObject({
        /** QTY-01 (QTY 6063). What is not named is refused. */
        quantities: z
          .record(z.string(), z.enum(['onHand', 'available', 'committed', 'held', 'incoming', 'ignored']))
          .optional(),
        /** `snapshot`: what it does not name is not there any more. `changes`: nothing new is known of it. */
        report: z.enum(['snapshot', 'changes']).default('snapshot'),
      })
      .prefault({}),
    /** W19-01: what an adjustment's units change, and whether its sign is kept. */
    adjustments: z
      .record(
        z.string(),
        z.strictObject({
          changes: z.enum(['onHand', 'held', 'both']),
          sign: z.enum(['given', 'plus', 'minus']).default('given'),
        }),
      )
      .default({}),
    acknowledgements: z
      .strictObject({
        kind: z.enum(['997', '999', 'CONTRL', 'none']).optional(),
        withinMinutes: z.int().min(1).default(60),
        resendsMax: z.int().min(0).max(20).default(3),
      })
      .prefault({}),
    /** What the first control number is: where another connection has used numbers with this partner, one above its last. */
    firstControlNumber: z.int().min(1).max(900_000_000).default(1),
    /** Totals beside quantities (W03, W14, W12-04, CTT, CNT) are compared. */
    verifyTotals: z.boolean().default(true),
    /** Elements that this partner wants otherwise in what we write; a value of null leaves them out. */
    overrides: z
      .array(
        z.strictObject({
          set: setId,
          segment: z.string(),
          /** Only segments whose first element says this. */
          qualifier: z.string().optional(),
          element: z.int().min(1),
          value: z.string().nullable(),
        }),
      )
      .default([]),
  })
  .superRefine((profile, context) => {
    const isX12 = profile.syntax === 'x12'
    if (isX12 !== /^\d/.test(profile.version))
      context.addIssue({ code: 'custom', path: ['version'], message: `no version of ${profile.syntax}` })
    for (const set of profile.sets)
      if (isX12 !== /^\d/.test(set))
        context.addIssue({ code: 'custom', path: ['sets'], message: `${set} is not of ${profile.syntax}` })
    const kind = profile.acknowledgements.kind
    if (kind !== undefined && kind !== 'none' && isX12 !== (kind !== 'CONTRL'))
      context.addIssue({
        code: 'custom',
        path: ['acknowledgements', 'kind'],
        message: `${kind} is not of ${profile.syntax}`,
      })
    const used = usedSeparators(profile)
    if (new Set(used).size !== used.length || used.some((each) => /[A-Za-z0-9 ]/.test(each)))
      context.addIssue({
        code: 'custom',
        path: ['separators'],
        message: `each must be its own, and no letter, digit or space: ${JSON.stringify(used)}`,
      })
    if (profile.us.id === profile.partner.id && profile.us.qualifier === profile.partner.qualifier)
      context.addIssue({ code: 'custom', path: ['partner'], message: 'must not be ourselves' })
    if (!Object.values(profile.units ?? { EA: 1 }).includes(1))
      context.addIssue({
        code: 'custom',
        path: ['units'],
        message: 'one unit must be 1 of ours: it is written',
      })
  })
  .transform((profile) => {
    const defaults = defaultsOf[profile.syntax]
    const { receipts, stock } = profile
    return {
      ...profile,
      itemQualifiers: profile.itemQualifiers ?? defaults.itemQualifiers,
      units: profile.units ?? defaults.units,
      marks: profile.marks ?? defaults.marks,
      receipts: { ...receipts, conditions: receipts.conditions ?? defaults.conditions },
      stock: { ...stock, quantities: stock.quantities ?? defaults.quantities },
    }
  })

type Codes = {
  itemQualifiers: string[]
  units: Record<string, number>
  marks: { tracking: string[]; sscc: string[] }
  conditions: Record<string, 'damaged' | 'sellable' | 'total' | 'none'>
  quantities: Record<string, 'onHand' | 'available' | 'committed' | 'held' | 'incoming' | 'ignored'>
}

/** What most guides say; a profile that names a table replaces it whole. */
const defaultsOf: Record<'x12' | 'edifact', Codes> = {
  x12: {
    itemQualifiers: ['VN', 'SK'],
    units: { EA: 1 },
    marks: { tracking: ['CP', '2I', 'CN'], sscc: ['GM', 'AA'] },
    conditions: { '01': 'damaged', '02': 'none', '03': 'none' },
    quantities: { '17': 'onHand', '33': 'available', QH: 'held', '02': 'held' },
  },
  edifact: {
    itemQualifiers: ['SA', 'EN'],
    units: { PCE: 1 },
    marks: { tracking: ['AAS', 'CN'], sscc: ['BJ'] },
    conditions: {
      '48': 'total',
      '194': 'sellable',
      '195': 'damaged',
      '124': 'damaged',
    },
    quantities: { '145': 'onHand', '17': 'onHand', '33': 'available', '124': 'held' },
  },
}

export type PartnerProfile = z.infer<typeof partnerProfile>
export type PartnerProfileInput = z.input<typeof partnerProfile>

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

/** The separators that are written. */
export function separatorsOf({
  syntax,
  separators,
}: Pick<PartnerProfileInput, 'syntax' | 'separators'>): Separators {
  if (syntax === 'x12') return { element: '*', component: '>', segment: '~', repetition: '^', ...separators }
  return { element: '+', component: ':', segment: "'", release: '?', ...separators }
}

/** Those that this version has. */
function usedSeparators(profile: Pick<PartnerProfileInput, 'syntax' | 'separators' | 'version'>): string[] {
  const { element, component, segment, repetition, release } = separatorsOf(profile)
  const more = profile.version === '5010' ? repetition : profile.syntax === 'edifact' ? release : undefined
  return [element, component, segment, ...(more === undefined ? [] : [more])]
}

export function acknowledgementKindOf({ syntax, acknowledgements: { kind } }: PartnerProfile) {
  return kind ?? (syntax === 'x12' ? '997' : 'CONTRL')
}

/** The same agreement seen from the other side: for simulators and tests. */
export function mirrored(profile: PartnerProfile): PartnerProfile {
  return {
    ...profile,
    us: profile.partner,
    partner: profile.us,
    groups: profile.groups && { us: profile.groups.partner, partner: profile.groups.us },
  }
}
