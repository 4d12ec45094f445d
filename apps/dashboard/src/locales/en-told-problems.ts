/** What stands in a connection's way, and why an event is parked, by code and facts. `message` is what somebody else said. */
export const enToldProblems = {
  toldProblem: {
    said: ': “{{message}}”',
    unauthorized:
      'The platform refuses the credentials{{said}}. Reconnect it with working ones; everything waits in the queue until then.',
    forbidden:
      'The credentials lack the right {{scope}}{{said}}. Grant it on the platform, then resume the connection.',
    'rate-limited':
      'The platform asks for a pause{{said}}. The hub waits as long as it asks; nothing is lost.',
    unavailable:
      'The platform does not answer as it should{{said}}. The hub tries again by itself; nothing is lost.',
    malformed:
      'The platform’s answer cannot be read{{said}}. The hub tries again; if it stays so, look at the address in a browser: a firewall, a maintenance page or a plugin may answer in its place.',
    invalid:
      'The platform does not take what was sent{{said}}. Correct the value named, or report it with the request id.',
    'not-found':
      'The platform does not have what was asked for{{said}}. Import the listings again to see what is gone.',
    conflict:
      'The platform shows another number than was expected{{said}}. The hub reads the orders again and works it out anew.',
    'cannot-open':
      'The connection cannot be opened, so nothing is read from it nor written to it{{said}}. The hub tries again by itself.',
  },
  toldParked: {
    'unmapped-sku':
      'SKU {{sku}} on {{connection}} is tied to no item, so nothing is reserved for it. Import or map the listing, then replay; the other lines of the order are applied.',
    'unmapped-title':
      '“{{title}}” on {{connection}} is tied to no item, so nothing is reserved for it. Import or map the listing, then replay; the other lines of the order are applied.',
    'empty-kit-sku':
      'SKU {{sku}} on {{connection}} sells a virtual kit without components, so nothing is reserved for it. Say what the kit contains, then replay; the other lines of the order are applied.',
    'empty-kit-title':
      '“{{title}}” on {{connection}} sells a virtual kit without components, so nothing is reserved for it. Say what the kit contains, then replay; the other lines of the order are applied.',
    unreadable:
      'The event cannot be read{{said}}. It is kept as it came: replay it once the platform or the hub has been corrected.',
    invalid: 'The platform did not let the event be looked up{{said}}. Correct what it names, then replay.',
    'cannot-apply': 'The event could not be applied{{said}}. Replay it once this is cured.',
  },
}
