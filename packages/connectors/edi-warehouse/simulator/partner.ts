import type { Clock } from '@plimsoll/connector-kit'
import { type FileTree, isOpen, openUnits, type WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import {
  acknowledgementSets,
  decode,
  type EdiDocument,
  EdiProblem,
  encode,
  fromReference,
  mirrored,
  type PartnerProfile,
  readInterchange,
  type ShippingAdvice,
  type StockReport,
  toReference,
  type WrittenDocument,
  writeDocuments,
  writeInterchange,
} from '@plimsoll/edi'

/** How the partner misbehaves. */
export type PartnerMoods = {
  /** It says nothing of what it was sent: neither that it was read, nor what became of it. */
  isSilent: boolean
  /** It sends each file so often, under new names. */
  copies: number
}

export type Partner = {
  moods: PartnerMoods
  /** Files of the hub that it could not read. */
  problems: string[]
  /** Fetches what the hub has put there, works, and puts its own files there. */
  work(): void
  /** Writes what lies there, for each facility. */
  report(): void
}

/**
 * The warehouse on the other side: its translator reads the hub's folder, its floor works, and what happens on the floor
 * goes out as files. It knows the agreement from the other side, and looks at control numbers as receivers do.
 */
export function createPartner(terms: {
  profile: PartnerProfile
  floor: WarehouseFloor
  tree: FileTree
  /** Folders of the hub: it puts into `out` and fetches from `in`. */
  folders: { in: string; out: string }
  clock: Clock
  /** Asked of each file: true, it is sent twice. */
  isRepeated?: () => boolean
}): Partner {
  const { floor, tree, folders, clock } = terms
  const profile = mirrored(terms.profile)
  const { form } = profile.references
  const moods: PartnerMoods = { isSilent: false, copies: 1 }
  const problems: string[] = []
  const seen = new Set<string>()
  const advised = new Map<number, { parcels: number; isClosed: boolean }>()
  const received = new Map<number, { rows: number; isClosed: boolean; advices: number }>()
  let number = 0
  let isWorking = false

  const put = (text: string, kind: string) => {
    const copies = moods.copies + (terms.isRepeated?.() === true ? 1 : 0)
    for (let copy = 1; copy <= copies; copy += 1)
      tree.put(`${folders.in}/${String(number).padStart(6, '0')}-${kind}-${copy}.edi`, encode(text, profile))
  }
  const send = (documents: WrittenDocument[], kind: string) => {
    number += 1
    put(writeDocuments(documents, { controlNumber: number, at: new Date(clock.now()) }, profile), kind)
  }

  const collect = () => {
    for (const { name, isFolder } of tree.namesIn(folders.out) ?? []) {
      const path = `${folders.out}/${name}`
      const file = tree.files.get(path)
      if (isFolder || name.endsWith('.tmp') || file === undefined) continue
      tree.files.delete(path)
      try {
        read(file.content)
      } catch (error) {
        if (!(error instanceof EdiProblem)) throw error
        problems.push(`${name}: ${error.message}`)
      }
    }
  }

  const read = (content: Buffer) => {
    if (moods.isSilent) return
    const got = readInterchange(decode(content, profile), profile, 'warehouse')
    const sets = acknowledgementSets(got, profile)
    if (sets.length > 0) {
      number += 1
      put(writeInterchange(sets, { controlNumber: number, at: new Date(clock.now()) }, profile), 'ack')
    }
    for (const { key, documents } of got.sets) {
      if (seen.has(key)) continue
      seen.add(key)
      for (const each of documents) take(each)
    }
  }

  const take = (each: EdiDocument) => {
    if (each.kind === 'inbound-advice') {
      const { reference, number: called, locationId, lines } = each.document
      floor.intake.announce({
        reference: fromReference(reference, form),
        number: called,
        facilityId: locationId,
        lines: lines.map(({ lineReference, ...line }) => ({ ...line, reference: lineReference })),
      })
      return
    }
    if (each.kind !== 'shipping-order') return
    const { document } = each
    const reference = fromReference(document.reference, form)
    if (document.purpose === 'cancel') {
      const known = floor.requests.byReference(reference)
      if (known !== undefined) floor.requests.cancel(known.id, 'until-shipped')
      return
    }
    const { recipient } = document
    if (recipient === undefined) return refuse(document)
    const taken = floor.requests.ask({
      reference,
      number: document.number,
      facilityId: document.locationId,
      recipient,
      lines: document.lines.map(({ lineReference, sku, quantity, lot }) => ({
        reference: lineReference,
        sku,
        quantity,
        lot,
      })),
    })
    if (taken.kind === 'unknown-sku' || taken.kind === 'unknown-facility') refuse(document)
  }

  /** An advice in which nothing ships: there is no other way to say so. */
  const refuse = ({ reference, lines }: { reference: string; lines: { sku: string; quantity: number }[] }) =>
    send(
      [
        {
          kind: 'shipping-advice',
          document: {
            reference,
            warehouseReference: 'REFUSED',
            shippedAt: new Date(clock.now()),
            carrier: undefined,
            parcels: [
              { sscc: undefined, trackingNumber: undefined, lines: lines.map((line) => nothingOf(line)) },
            ],
          },
        },
      ],
      'ship',
    )

  const advise = () => {
    for (const request of floor.requests.all()) {
      const told = advised.get(request.id) ?? { parcels: 0, isClosed: false }
      const fresh = request.parcels.slice(told.parcels)
      const isClosed = !isOpen(request)
      if (fresh.length === 0 && (told.isClosed || !isClosed)) continue
      advised.set(request.id, { parcels: request.parcels.length, isClosed })
      const rest = request.lines.some((line) => openUnits(line) > 0) ? 'later' : 'never'
      const shippedSkus = new Set(fresh.flatMap(({ lines }) => lines.map(({ sku }) => sku)))
      // Nothing more comes: what is missing is named, so that nobody waits for it.
      const missed = isClosed ? request.lines.filter(({ sku }) => !shippedSkus.has(sku)) : []
      const document: ShippingAdvice = {
        reference: toReference(request.reference, form),
        warehouseReference: `${request.id}${String(request.parcels.length).padStart(3, '0')}`,
        shippedAt: new Date(
          Math.max(...fresh.map(({ shippedAtMs }) => shippedAtMs), fresh.length === 0 ? clock.now() : 0),
        ),
        carrier: fresh[0]?.carrier,
        parcels:
          fresh.length === 0
            ? [
                {
                  sscc: undefined,
                  trackingNumber: undefined,
                  lines: request.lines.map((line) => nothingOf(line)),
                },
              ]
            : fresh.map((parcel, at) => ({
                sscc: undefined,
                trackingNumber: parcel.trackingNumber,
                lines: parcel.lines
                  .map(
                    (line): AdvisedLine => ({
                      lineReference: line.reference,
                      sku: line.sku,
                      ordered: undefined,
                      quantity: line.quantity,
                      rest,
                      lot: line.lot,
                      serials: line.serials,
                    }),
                  )
                  .concat(at === 0 ? missed.map((line) => nothingOf(line)) : []),
              })),
      }
      send([{ kind: 'shipping-advice', document }], 'ship')
    }
  }

  const receive = () => {
    for (const inbound of floor.intake.inbounds()) {
      const told = received.get(inbound.id) ?? { rows: 0, isClosed: false, advices: 0 }
      const fresh = inbound.received.slice(told.rows)
      const isClosed = inbound.state === 'closed'
      if (fresh.length === 0 && isClosed === told.isClosed) continue
      received.set(inbound.id, { rows: inbound.received.length, isClosed, advices: told.advices + 1 })
      send(
        [
          {
            kind: 'receipt',
            document: {
              receiptNumber: `${inbound.id}-${told.advices + 1}`,
              reference: inbound.reference === undefined ? undefined : toReference(inbound.reference, form),
              locationId: inbound.facilityId,
              receivedAt: new Date(Math.max(clock.now(), ...fresh.map(({ receivedAtMs }) => receivedAtMs))),
              isComplete: isClosed,
              lines: fresh.map(({ sku, quantity, condition, lot, expiresOn }) => ({
                lineReference: undefined,
                sku,
                quantity,
                condition,
                lot,
                expiresOn,
              })),
            },
          },
        ],
        'receipt',
      )
    }
  }

  const report = () => {
    for (const { id: locationId } of floor.facilities)
      send(
        [
          {
            kind: 'stock-report',
            document: {
              reportNumber: String(number + 1),
              locationId,
              countedAt: new Date(clock.now()),
              rows: rowsAt(floor, locationId),
            },
          },
        ],
        'stock',
      )
  }

  return {
    moods,
    problems,
    report,
    work() {
      // What is put into the folder by this wakes it again.
      if (isWorking) return
      isWorking = true
      try {
        collect()
        if (moods.isSilent) return
        advise()
        receive()
      } finally {
        isWorking = false
      }
    },
  }
}

type AdvisedLine = ShippingAdvice['parcels'][number]['lines'][number]

function nothingOf({ sku, quantity }: { sku: string; quantity: number }): AdvisedLine {
  return {
    lineReference: undefined,
    sku,
    ordered: quantity,
    quantity: 0,
    rest: 'never',
    lot: undefined,
    serials: [],
  }
}

/** By lot where there are lots; what is only on its way, or only asked for, lies there with nought. */
function rowsAt(floor: WarehouseFloor, facilityId: string): StockReport['rows'] {
  const shelf = floor.shelf({ facilityId })
  const lying = new Set(shelf.map(({ sku }) => sku))
  const bare = floor.counts({ facilityId }).filter(({ sku }) => !lying.has(sku))
  return [
    ...shelf.map(({ sku, lot, expiresOn, sellable, damaged }) => ({
      sku,
      lot,
      expiresOn,
      quantities: { onHand: sellable + damaged, held: damaged },
    })),
    ...bare.map(({ sku }) => ({
      sku,
      lot: undefined,
      expiresOn: undefined,
      quantities: { onHand: 0, held: 0 },
    })),
  ]
}
