/** Where things are in an environment. Each customer's differs, so that any can be given another place in the settings. */
export const PATHS = {
  token: '/oauth/token',
  authorize: '/oauth/authorize',
  facilities: '/facility/api/facility/facility/search',
  items: '/item-master/api/item-master/item/search',
  itemFacilities: '/item-master/api/item-master/itemFacility/search',
  inventory: '/dcinventory/api/dcinventory/inventory/search',
  conditions: '/dcinventory/api/dcinventory/containerCondition/search',
  orderSave: '/dcorder/api/dcorder/originalOrder/save',
  orderSearch: '/dcorder/api/dcorder/originalOrder/search',
  orderChange: '/dcorder/api/dcorder/originalOrder/originalOrderId/{id}',
  olpns: '/pickpack/api/pickpack/olpn/search',
  asnSave: '/receiving/api/receiving/asn/save',
  asnSearch: '/receiving/api/receiving/asn/search',
  omniItems: '/item/api/item/item/search',
  omniLocations: '/location/api/location/location/search',
  omniSupply: '/inventory/api/inventory/supply/search',
  omniAvailability: '/inventory/api/availability/location/availabilitydetail',
  omniOrderSave: '/order/api/order/order/save',
  omniOrderSearch: '/order/api/order/order/search',
  omniOrderCancel: '/order/api/order/order/cancel',
} as const

export type PathName = keyof typeof PATHS

/** `name=/path`, as it is typed in. Undefined: it is neither. */
export function readPath(line: string): [PathName, string] | undefined {
  const [, name = '', path = ''] = /^([A-Za-z]+)=(\/[A-Za-z0-9._~/{}-]{1,200})$/.exec(line.trim()) ?? []
  if (!isPathName(name)) return undefined
  // What is asked for by id has a place for the id, and nothing else has.
  if (path.includes('//') || path.split('/').some((part) => part === '.' || part === '..')) return undefined
  if (path.replace('{id}', '').match(/[{}]/) !== null) return undefined
  return path.includes('{id}') === PATHS[name].includes('{id}') ? [name, path] : undefined
}

function isPathName(name: string): name is PathName {
  return Object.hasOwn(PATHS, name)
}

/** The path of an environment: the settings' where they name one. `id` goes in its place, whatever it holds. */
export function pathOf(overrides: readonly string[], name: PathName, id?: string): string {
  const own = overrides.map(readPath).findLast((each) => each?.[0] === name)?.[1]
  const path = own ?? PATHS[name]
  return id === undefined ? path : path.replace('{id}', () => encodeURIComponent(id))
}
