import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { isPublicAddress } from './public-url.ts'

export const privateAddressCode = 'PLIMSOLL_PRIVATE_ADDRESS'

type Callback = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/**
 * A name look-up for sockets that fails with `privateAddressCode` where a name leads to any address that is not public.
 * It judges the very addresses that the socket connects to, so a name that answers differently the second time
 * (DNS rebinding) gains nothing.
 */
export function publicLookup(hostname: string, options: LookupOptions, callback: Callback): void {
  lookup(hostname, options, (error, found: string | LookupAddress[], family) => {
    if (error !== null) {
      callback(error, found, family)
      return
    }
    const addresses = typeof found === 'string' ? [found] : found.map(({ address }) => address)
    const hidden = addresses.find((address) => !isPublicAddress(address))
    if (hidden === undefined) {
      callback(null, found, family)
      return
    }
    const reason = `"${hostname}" leads into a private network (${hidden}). The hub calls public addresses only.`
    callback(Object.assign(new Error(reason), { code: privateAddressCode }), found, family)
  })
}
