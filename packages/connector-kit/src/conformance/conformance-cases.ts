import { z } from 'zod'
import type { Capabilities } from '../capabilities.ts'
import type { Connector } from '../contract.ts'
import type { WarehouseTerms } from '../warehouse/operations.ts'
import { accessCases } from './access-cases.ts'
import { announcedReturnCases } from './announced-return-cases.ts'
import { cancelCases } from './cancel-cases.ts'
import type { ConformanceCase } from './conformance-case.ts'
import { connectCases } from './connect-cases.ts'
import { countCases } from './count-cases.ts'
import { holdCases } from './hold-cases.ts'
import { levelCases } from './level-cases.ts'
import { listingCases } from './listing-cases.ts'
import { orderCases } from './order-cases.ts'
import { queueCases } from './queue-cases.ts'
import { recipientCases } from './recipient-cases.ts'
import { shippingCases } from './shipping-cases.ts'
import { ticketCases } from './ticket-cases.ts'
import { failureCasesOf, warehouseCases } from './warehouse-cases.ts'
import { webhookCases } from './webhook-cases.ts'
import { withdrawCases } from './withdraw-cases.ts'

/** Every case that a connector with this manifest owes. */
export function conformanceCases<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): ConformanceCase[] {
  if (connector.manifest.kind === 'warehouse')
    return [...connectCases(connector), ...warehouseCases(connector), ...failureCasesOf(connector)]
  return [
    ...accessCases(),
    ...connectCases(connector),
    ...listingCases(),
    ...levelCases(connector.manifest.capabilities),
    ...withdrawCases(connector.manifest.capabilities),
    ...ticketCases(connector.manifest.capabilities),
    ...orderCases(),
    ...holdCases(connector),
    ...recipientCases(connector),
    ...shippingCases(connector.manifest.capabilities),
    ...cancelCases(connector.manifest.capabilities),
    ...countCases(connector.manifest.capabilities),
    ...announcedReturnCases(connector.manifest.capabilities),
    ...webhookCases(connector),
    ...queueCases(connector),
    ...warehouseCases(connector),
    ...failureCasesOf(connector),
  ]
}

/** A case that the connector does not owe, and why. */
export type UnclaimedCase = {
  title: string
  /** What is not declared, in a word or two. */
  about: string
  why: string
}

/**
 * What the suite would try if the manifest declared more: the cases that each absent declaration keeps away. Nothing
 * is wrong with them; whoever reads the results should see what was not tried.
 */
export function unclaimedCases<Settings, Credentials>(
  connector: Connector<Settings, Credentials>,
): UnclaimedCase[] {
  const owed = new Set(conformanceCases(connector).map(({ title }) => title))
  const found = claims<Settings, Credentials>().flatMap(({ about, isMade, make, why }): UnclaimedCase[] => {
    if (isMade(connector)) return []
    const more = conformanceCases(make(connector)).filter(({ title }) => !owed.has(title))
    return more.map(({ title }) => ({ title, about, why }))
  })
  // Cancelling single lines claims what cancelling orders does.
  return [...new Map(found.toReversed().map((each) => [each.title, each])).values()].toReversed()
}

type Claim<Settings, Credentials> = {
  about: string
  why: string
  isMade(connector: Connector<Settings, Credentials>): boolean
  /** The same connector, as if it declared that. */
  make(connector: Connector<Settings, Credentials>): Connector<Settings, Credentials>
}

function claims<Settings, Credentials>(): Claim<Settings, Credentials>[] {
  const capability = (
    about: string,
    why: string,
    isMade: (capabilities: Capabilities) => boolean,
    added: Partial<Capabilities>,
  ): Claim<Settings, Credentials> => ({
    about,
    why,
    isMade: ({ manifest }) => isMade(manifest.capabilities),
    make: (connector) => ({
      ...connector,
      manifest: {
        ...connector.manifest,
        capabilities: { ...connector.manifest.capabilities, ...added },
      },
    }),
  })
  const term = (
    about: string,
    why: string,
    isMade: (terms: WarehouseTerms) => boolean,
    added: Partial<WarehouseTerms>,
  ): Claim<Settings, Credentials> => ({
    about,
    why,
    // What is no warehouse claims nothing of one.
    isMade: ({ manifest: { warehouse } }) => warehouse === undefined || isMade(warehouse),
    make: (connector) => {
      const { warehouse } = connector.manifest
      if (warehouse === undefined) return connector
      return { ...connector, manifest: { ...connector.manifest, warehouse: { ...warehouse, ...added } } }
    },
  })
  return [
    term('asking again', 'its `requests` are not `by-key`', ({ requests }) => requests === 'by-key', {
      requests: 'by-key',
    }),
    term('cancelling', 'its `cancel` is false', ({ cancel }) => cancel !== false, {
      cancel: 'until-working',
    }),
    term('lots', 'its `lots` is false', ({ lots }) => lots, { lots: true }),
    term('serials', 'its `serials` is false', ({ serials }) => serials, { serials: true }),
    {
      about: 'tokens that end',
      why: 'the connector declares no `tokens`: its credentials never end by themselves',
      isMade: ({ tokens }) => tokens !== undefined,
      make: (connector) => ({ ...connector, tokens: {} }),
    },
    {
      about: 'a page that grants access',
      why: 'the connector declares no `grant`: credentials are typed in',
      isMade: ({ grant }) => grant !== undefined,
      make: (connector) => ({
        ...connector,
        grant: {
          needs: z.custom<Partial<Credentials>>(),
          answer: 'query',
          url: () => '',
          finish: () => Promise.reject(new Error('nobody asks')),
        },
      }),
    },
    capability(
      'compare-and-set',
      'the manifest’s `writeStyle` is not `compare-and-set`',
      ({ writeStyle }) => writeStyle === 'compare-and-set',
      { writeStyle: 'compare-and-set' },
    ),
    capability(
      'taking off sale',
      'the manifest declares no `withdraw`',
      ({ withdraw }) => withdraw !== undefined,
      {
        withdraw: 'taken off',
      },
    ),
    capability(
      'writes worked on later',
      'the manifest declares no `tickets`: no write is ever `accepted`',
      ({ tickets }) => tickets !== undefined,
      { tickets: { lifeMs: 1, askEveryMs: 1, askMax: 1 } },
    ),
    capability('cancelling', 'the manifest’s `cancel` is false', ({ cancel }) => cancel !== false, {
      cancel: 'order',
    }),
    capability(
      'cancelling in part',
      'the manifest’s `cancel` is not `lines`',
      ({ cancel }) => cancel === 'lines',
      {
        cancel: 'lines',
      },
    ),
    capability('stock of its own', 'the manifest declares no `counts`', ({ counts }) => counts === true, {
      counts: true,
    }),
    capability('holds', 'the manifest declares no `holds`', ({ holds }) => holds !== undefined, {
      holds: true,
    }),
    capability('webhooks', 'the manifest’s `webhooks` are empty', ({ webhooks }) => webhooks.length > 0, {
      webhooks: ['order'],
    }),
    capability('a queue', 'the manifest declares no `queue`', ({ queue }) => queue !== undefined, {
      queue: { everyMs: 1, acknowledgeMax: 1 },
    }),
  ]
}
