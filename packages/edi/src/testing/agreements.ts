import { type PartnerProfileInput, partnerProfile } from '../profile.ts'

/** Profiles as tests want them: what guides differ in, in every combination that matters. */
export const x12Agreement: PartnerProfileInput = {
  name: 'Northern warehouse',
  syntax: 'x12',
  version: '4010',
  us: { id: 'PLIMSOLL' },
  partner: { qualifier: '12', id: '5550001111' },
  usage: 'production',
  zone: 'America/Chicago',
  sets: ['940', '943', '944', '945', '846', '947', '856'],
  locations: [{ id: 'NORTH', name: 'Northern warehouse' }],
  carriers: { UPSN: 'UPS', FDEG: 'FedEx' },
  receipts: { complete: ['Z'] },
  methods: { ground: { carrier: 'UPSN', routing: 'UPS GROUND' } },
  adjustments: {
    '01': { changes: 'onHand', sign: 'given' },
    '07': { changes: 'onHand', sign: 'minus' },
    AU: { changes: 'held' },
  },
}

export const edifactAgreement: PartnerProfileInput = {
  name: 'Hafenlager',
  syntax: 'edifact',
  version: 'D96A',
  us: { qualifier: '14', id: '4000000000001' },
  partner: { qualifier: '14', id: '4000000000002' },
  usage: 'production',
  zone: 'Europe/Berlin',
  sets: ['INSDES', 'DESADV', 'RECADV', 'INVRPT'],
  locations: [{ id: 'HAFEN', name: 'Hafenlager' }],
  carriers: { DPD: 'DPD' },
  receipts: { complete: ['22'] },
}

export const agreements = {
  '4010': partnerProfile.parse(x12Agreement),
  '4010 with pipes': partnerProfile.parse({
    ...x12Agreement,
    separators: { element: '|', component: ':', segment: '\n' },
    itemQualifiers: ['SK'],
    receipts: { includesDamaged: false, complete: ['Z'] },
  }),
  '5010': partnerProfile.parse({
    ...x12Agreement,
    version: '5010',
    lineEnd: '\r\n',
    itemQualifiers: ['UP', 'VN'],
    acknowledgements: { kind: '999' },
    stock: {
      quantities: { '33': 'available', QH: 'held', OQ: 'committed', '29': 'incoming', '17': 'onHand' },
    },
  }),
  D96A: partnerProfile.parse(edifactAgreement),
  'D01B with other separators': partnerProfile.parse({
    ...edifactAgreement,
    version: 'D01B',
    lineEnd: '\n',
    separators: { element: '|', component: ';', segment: '~', release: '\\' },
    itemQualifiers: ['EN'],
    units: { EA: 1, CT: 12 },
  }),
}
