import type { z } from 'zod'
import type { FoundCode } from './catalogue-shapes.ts'
import type { connectionFile, connectionFileKept, connectionFilePage } from './connection-shapes.ts'
import type {
  AnnouncementShape,
  CustomerReturnShape,
  customerReturnPage,
  DeliveryList,
  ReturnAnnouncementShape,
} from './delivery-shapes.ts'
import type { KitAssembly } from './kit-shapes.ts'
import type {
  InboundShipmentShape,
  inboundShipmentPage,
  LocationDetailShape,
  StockCountLines,
  StockCountShape,
  stockCountPage,
} from './place-shapes.ts'
import type { RoutingRulesAnswer, RoutingTrialAnswer } from './routing-shapes.ts'
import type {
  ConnectionSettings,
  ConnectionSettingsChanged,
  SampleGuessed,
  SampleRead,
  SampleWritten,
} from './sample-shapes.ts'
import type { PickList } from './shipment-shapes.ts'
import type { StockResult } from './stock-shapes.ts'

/** Calls about warehouses: how they are described, what comes to them and leaves, from where orders go. */

export type ConnectionFile = z.infer<typeof connectionFile>
export type ConnectionFilePage = z.infer<typeof connectionFilePage>
export type ConnectionFileKept = z.infer<typeof connectionFileKept>
export type InboundShipmentPage = z.infer<typeof inboundShipmentPage>
export type CustomerReturnPage = z.infer<typeof customerReturnPage>
export type StockCountPage = z.infer<typeof stockCountPage>
/** A file to try, its content in base64. */
export type SampleBody = { feed: string; fileName: string; content: string }
export type SampleTermsBody = { description: unknown; places?: unknown }
export type RoutingRuleBody = { kind: string } & Record<string, unknown>
export type LocationBody = Partial<
  Omit<LocationDetailShape, 'locationId' | 'nextWorkingDay' | 'createdAt' | 'archivedAt' | 'version'>
>
/** So many of an assembled kit at a location. */
export type KitsAt = { sku: string; location: string; quantity: number }
type PageQuery = { cursor?: string; limit?: number }
type Signal = AbortSignal | undefined

/** How `createClient` sends: `version` becomes If-Match, `key` Idempotency-Key. */
export type Send = <T>(
  method: string,
  path: string,
  body?: unknown,
  signal?: Signal,
  version?: number,
  key?: string,
) => Promise<T>

export function placeCalls(
  call: Send,
  toQuery: (query: Record<string, string | number | undefined>) => string,
) {
  const id = encodeURIComponent
  const get = <T>(path: string, signal?: Signal) => call<T>('GET', path, undefined, signal)
  /** @param key of this action: sent again under it, it is carried out once */
  const act = <T>(path: string, body: unknown, key: string) =>
    call<T>('POST', path, body, undefined, undefined, key)
  return {
    guessSample: (connector: string, sample: SampleBody, signal?: Signal) =>
      call<SampleGuessed>('POST', `/connectors/${id(connector)}/samples/guess`, sample, signal),
    readSample: (connector: string, sample: SampleBody & SampleTermsBody, signal?: Signal) =>
      call<SampleRead>('POST', `/connectors/${id(connector)}/samples/read`, sample, signal),
    writeSample: (connector: string, sample: { feed: string } & SampleTermsBody, signal?: Signal) =>
      call<SampleWritten>('POST', `/connectors/${id(connector)}/samples/write`, sample, signal),
    readConnectionFile: (
      connectionId: string,
      position: number,
      terms: Partial<SampleTermsBody>,
      signal?: Signal,
    ) => call<SampleRead>('POST', `/connections/${id(connectionId)}/files/${position}/read`, terms, signal),
    connectionFiles: (connectionId: string, query: PageQuery = {}, signal?: Signal) =>
      get<ConnectionFilePage>(`/connections/${id(connectionId)}/files${toQuery(query)}`, signal),
    /** The file itself is the body, whatever it holds. */
    addConnectionFile: (connectionId: string, query: { fileName: string; feed?: string }, content: Blob) =>
      call<ConnectionFileKept>('POST', `/connections/${id(connectionId)}/files${toQuery(query)}`, content),
    acceptConnectionFile: (connectionId: string, position: number) =>
      call<ConnectionFile>('POST', `/connections/${id(connectionId)}/files/${position}/accept`),
    connectionSettings: (connectionId: string, signal?: Signal) =>
      get<ConnectionSettings>(`/connections/${id(connectionId)}/settings`, signal),
    changeConnectionSettings: (connectionId: string, settings: Record<string, unknown>, version: number) =>
      call<ConnectionSettingsChanged>(
        'PUT',
        `/connections/${id(connectionId)}/settings`,
        { settings },
        undefined,
        version,
      ),
    locationDetails: (signal?: Signal) => get<{ rows: LocationDetailShape[] }>('/locations', signal),
    createLocation: (location: LocationBody) => call<LocationDetailShape>('POST', '/locations', location),
    changeLocation: (code: string, changes: LocationBody, version: number) =>
      call<LocationDetailShape>('PATCH', `/locations/${id(code)}`, changes, undefined, version),
    routingRules: (signal?: Signal) => get<RoutingRulesAnswer>('/routing-rules', signal),
    setRoutingRules: (rules: readonly RoutingRuleBody[], version: number) =>
      call<RoutingRulesAnswer>('PUT', '/routing-rules', { rules }, undefined, version),
    tryRoutingRules: (rules: readonly RoutingRuleBody[], orders: number) =>
      call<RoutingTrialAnswer>('POST', '/routing-rules/try', { rules, orders, limit: 100 }),
    inboundShipments: (query: PageQuery & { state?: string } = {}, signal?: Signal) =>
      get<InboundShipmentPage>(`/inbound-shipments${toQuery(query)}`, signal),
    inboundShipment: (inboundId: string, signal?: Signal) =>
      get<InboundShipmentShape>(`/inbound-shipments/${id(inboundId)}`, signal),
    createInboundShipment: (body: unknown, key: string) =>
      act<InboundShipmentShape>('/inbound-shipments', body, key),
    assembly: (sku: string, signal?: Signal) => get<KitAssembly>(`/items/${id(sku)}/assembly`, signal),
    /** @param key the same for every try of one action */
    putTogether: (how: 'assemble' | 'disassemble', kits: KitsAt, key: string) =>
      act<StockResult>(`/stock/${how}`, kits, key),
    receiveInboundShipment: (inboundId: string, body: unknown, key: string) =>
      act<InboundShipmentShape>(`/inbound-shipments/${id(inboundId)}/receive`, body, key),
    cancelInboundShipment: (inboundId: string, body: unknown, key: string) =>
      act<InboundShipmentShape>(`/inbound-shipments/${id(inboundId)}/cancel`, body, key),
    announcement: (inboundId: string, signal?: Signal) =>
      get<AnnouncementShape>(`/inbound-shipments/${id(inboundId)}/announcement`, signal),
    announceInbound: (inboundId: string) =>
      call<AnnouncementShape>('POST', `/inbound-shipments/${id(inboundId)}/announce`),
    deliveries: (query: { kind?: 'receipt' | 'return'; limit?: number } = {}, signal?: Signal) =>
      get<DeliveryList>(`/deliveries${toQuery(query)}`, signal),
    returns: (query: PageQuery & { state?: string } = {}, signal?: Signal) =>
      get<CustomerReturnPage>(`/returns${toQuery(query)}`, signal),
    customerReturn: (returnId: string, signal?: Signal) =>
      get<CustomerReturnShape>(`/returns/${id(returnId)}`, signal),
    returnAnnouncement: (returnId: string, signal?: Signal) =>
      get<ReturnAnnouncementShape>(`/returns/${id(returnId)}/announcement`, signal),
    announceReturn: (returnId: string) =>
      call<ReturnAnnouncementShape>('POST', `/returns/${id(returnId)}/announce`),
    createReturn: (body: unknown, key: string) => act<CustomerReturnShape>('/returns', body, key),
    inspectReturn: (returnId: string, body: unknown, key: string) =>
      act<CustomerReturnShape>(`/returns/${id(returnId)}/inspect`, body, key),
    cancelReturn: (returnId: string, key: string) =>
      act<CustomerReturnShape>(`/returns/${id(returnId)}/cancel`, {}, key),
    pickList: (location: string, signal?: Signal) =>
      get<PickList>(`/shipments/pick-list${toQuery({ location })}`, signal),
    findCode: (code: string, signal?: Signal) => get<FoundCode>(`/item-codes/${id(code)}`, signal),
    stockCounts: (query: PageQuery & { state?: string } = {}, signal?: Signal) =>
      get<StockCountPage>(`/stock-counts${toQuery(query)}`, signal),
    stockCount: (countId: string, signal?: Signal) =>
      get<StockCountShape>(`/stock-counts/${id(countId)}`, signal),
    stockCountLines: (
      countId: string,
      query: { viewer?: string; only?: string; cursor?: number; limit?: number },
      signal?: Signal,
    ) => get<StockCountLines>(`/stock-counts/${id(countId)}/lines${toQuery(query)}`, signal),
    startStockCount: (body: unknown, key: string) => act<StockCountShape>('/stock-counts', body, key),
    /** @param verb enter, recount, approve, post or cancel */
    doStockCount: (countId: string, verb: string, body: unknown, key: string) =>
      act<StockCountShape>(`/stock-counts/${id(countId)}/${verb}`, body, key),
  }
}
