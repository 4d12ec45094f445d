import { enAlerts } from './en-alerts.ts'
import { enAssembly } from './en-assembly.ts'
import { enAudit } from './en-audit.ts'
import { enCalls } from './en-calls.ts'
import { enChanges } from './en-changes.ts'
import { enConnect } from './en-connect.ts'
import { enCutover } from './en-cutover.ts'
import { enDescribe } from './en-describe.ts'
import { enDrifts } from './en-drifts.ts'
import { enFloor } from './en-floor.ts'
import { enItemImport } from './en-item-import.ts'
import { enLoadLine } from './en-load-line.ts'
import { enLotsAndSerials } from './en-lots-and-serials.ts'
import { enMapping } from './en-mapping.ts'
import { enMappingSheet } from './en-mapping-sheet.ts'
import { enOrders } from './en-orders.ts'
import { enParkedAndProtection } from './en-parked-and-protection.ts'
import { enReplenishment } from './en-replenishment.ts'
import { enSso } from './en-sso.ts'
import { enToldProblems } from './en-told-problems.ts'
import { enToldTasks } from './en-told-tasks.ts'
import { enToldTroubles } from './en-told-troubles.ts'

/** English: what every other screen says. */
export const enRest = {
  status: {
    'in-step': 'In step',
    pending: 'Pending',
    held: 'Not written',
    untracked: 'Untracked',
    drift: 'Drift',
  },
  statusMeaning: {
    'in-step': 'The platform shows what is desired.',
    pending: 'A write waits or is on its way.',
    held: 'Nothing is written: paused, in shadow or refused.',
    untracked: 'The platform does not count this listing.',
    drift: 'The platform shows something else, for no reason that the hub knows.',
  },
  items: {
    title: 'Items',
    count_one: '1 item',
    count_other: '{{n}} items',
    search: 'Search SKU or name',
    searchKey: 'Press / to search',
    filter: 'Filter',
    all: 'All',
    oversold: 'Oversold',
    out: 'Out of stock',
    drift: 'Drift',
    pending: 'Pending',
    loadLine: 'Load line',
    locations: 'Available by location',
    channels: 'Shown by channel',
    emptyTitle: 'No items yet',
    emptyCure:
      'Import a file of items with their stock, or connect a shop and make them of its listings under Mapping.',
    fromListings: 'Make them of listings',
    noneTitle: 'Nothing matches',
    noneCure: 'Try fewer letters, or another filter.',
    clear: 'Clear search and filter',
    hint: 'Arrow keys move, Enter opens.',
    notListed: 'not listed',
    kit: 'Kit',
    kitMeaning: 'Its stock is that of its parts: what the scarcest allows.',
  },
  item: {
    syncNow: 'Sync now',
    syncing: 'Reading and writing…',
    synced: 'Read {{observed}} where {{expected}} was expected; it shows {{shows}} now.',
    syncWaits: 'It waits: no process works this connection now.',
    syncFailed: 'That did not work: {{detail}}',
    back: 'All items',
    balances: 'Stock by location',
    parts: 'Made of',
    inEach: 'In each',
    total: 'All locations',
    listings: 'What each channel shows',
    noListings: 'No channel sells this item.',
    unknown: 'There is no item {{sku}}',
    unknownCure: 'It may have been renamed. Look for it by name.',
    words: 'What these numbers mean',
    noListingsCure: 'Map a listing to this SKU and its number appears here.',
    why: 'Why this number',
    movements: 'Movements',
    noMovements: 'No movement yet.',
    noBalances: 'Nothing of it has been anywhere yet.',
    kind: 'Kind',
    change: 'Change',
    reason: 'Reason',
    actor: 'By',
    reference: 'Reference',
    when: 'When',
    unitsPerListing: '{{n}} units per listing',
    externalId: 'ID {{id}}',
    confirmedAgo: 'confirmed {{ago}}',
    readAgo: 'read back {{ago}}',
    never: 'never',
  },
  stockMeaning: {
    desired: 'what the hub wants the channel to show',
    acknowledged: 'what the channel last confirmed',
    expected: 'what was confirmed, less what the channel has sold since',
    observed: 'what was last read back from the channel',
  },
  /** Who changed stock, where it was not a person. */
  actor: {
    webhook: 'order (webhook)',
    poll: 'order (poll)',
    fetch: 'order (fetched)',
    api: 'API',
    import: 'import',
    cli: 'command line',
    hub: 'hub',
    sync: 'hub',
    'some-user': 'somebody who has left',
    'some-key': 'an API key that is gone',
  },
  /** Reasons that the hub gives by itself. */
  explain: {
    desired: 'Desired on the platform',
    promise: 'What this listing may promise',
    available: 'Available in its pool',
    'on-hand': 'On hand',
    reserved: 'Reserved by orders',
    held: 'Held back (damaged, quality)',
    buffer: 'Buffer kept back',
    'demand-buffer': 'Kept back: it sells fast',
    'load-line': 'Left to other channels',
    zeroed: 'Zeroed before the pause',
    'stale-orders': 'Kept back: orders not read',
    cap: 'Capped by the policy',
    floor: 'Below the floor: shows zero',
    fixed: 'Fixed by the policy',
    'not-yet-subtracted': 'Own orders the platform has not subtracted yet',
    paused: 'Paused',
    kits: 'Kits that the scarcest component allows',
    component: 'Component',
    location: 'Location',
    order: 'Order',
    reservation: 'Reservation',
    rest: 'all others',
    movement: 'Movement',
    'whole-listings': 'Whole listings',
    unusable: 'In lots that may not leave, or not to this channel',
    lot: 'Lot',
    because: {
      'lot-recalled': 'recalled',
      'lot-quarantined': 'in quarantine',
      'lot-expired': 'expired on {{day}}',
      'lot-shelf-life': 'keeps only until {{day}}',
    },
    incoming: 'Incoming, may be promised',
    'for-campaigns': 'Set aside for campaigns of others',
    'exclusive-of-others': 'In exclusive shares of others',
    share: 'Beyond its own share',
    'incoming-withheld': 'Of that, not to be promised',
    'none-below-zero': 'Nothing below zero is shown',
    'platform-maximum': 'More than the platform accepts',
    'not-worked-out': 'Changed just now, not worked out yet',
    'other-item': 'The level follows another item',
    remainder: 'remainder {{n}}',
  },
  ...enCalls,
  ...enAlerts,
  ...enChanges,
  ...enConnect,
  ...enCutover,
  ...enDescribe,
  ...enDrifts,
  ...enFloor,
  ...enLoadLine,
  ...enLotsAndSerials,
  ...enOrders,
  ...enSso,
  ...enAssembly,
  ...enReplenishment,
  ...enMapping,
  ...enMappingSheet,
  ...enItemImport,
  ...enAudit,
  ...enToldProblems,
  ...enToldTroubles,
  ...enToldTasks,
  ...enParkedAndProtection,
}
