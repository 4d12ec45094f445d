import type { ReplenishmentExplained } from '@plimsoll/client'

/** Why this number: each figure in the order in which it follows from the others. */
export function sayExplained(row: ReplenishmentExplained): string {
  const { sku, location, stock, incomingUnits, levels, network, kits, settings } = row
  return [
    `${sku} at ${location}: ${row.urgency}`,
    `Available ${row.available} = ${stock.onHand} on hand − ${stock.reserved} reserved − ${stock.held} held${stock.blocked > 0 ? ` − ${stock.blocked} in lots that may not leave` : ''}`,
    ...incomingUnits.map(sayIncoming),
    ...(stock.leaving > 0 ? [`  − ${stock.leaving} in drafts of transfers from here`] : []),
    `Position ${stock.position}`,
    sayDemand(row),
    ...(row.coverDays === null ? [] : [`Days of cover ${row.coverDays.toFixed(1)} = available ÷ demand`]),
    ...(row.runsOutOn === null ? [] : [`Runs out on ${row.runsOutOn}, with what arrives until then`]),
    ...(levels === null ? [] : [`Alone: ${sayLevels(levels)}`]),
    ...kits.map(
      (kit) =>
        `Put together to ${kit.sku}: ${kit.each} in each, ${kit.perDay.toFixed(2)} of them a day, ${kit.position} there and coming, ${kit.wanted} wanted now`,
    ),
    ...(network === null || (network.places.length < 2 && kits.length === 0)
      ? []
      : [
          `With ${[...network.places.filter((code) => code !== location), ...kits.map((kit) => kit.sku)].join(', ')}: ${network.perDay.toFixed(2)} a day, position ${network.position}, ${sayLevels(network.levels)}`,
        ]),
    `Spare for others ${stock.spare}${stock.granted > 0 ? ` (channels may sell ${stock.granted} already)` : ''}`,
    saySuggested(row),
    'Settings:',
    ...settings.map(({ field, value, from }) => `  ${field} ${value ?? 'none'}  (${from})`),
  ].join('\n')
}

function sayIncoming({
  document,
  id,
  isDraft,
  units,
  on,
  isLate,
}: ReplenishmentExplained['incomingUnits'][number]) {
  const when = on === null ? 'no day known' : isLate ? `was due on ${on}` : `on ${on}`
  return `  + ${units} by ${isDraft ? 'draft of ' : ''}${document} ${id}, ${when}`
}

function sayDemand({ demand }: ReplenishmentExplained): string {
  const { kind, perDay, deviationPerDay, daysCounted, unitsCounted, daysWithoutStock, daysLeftOut } = demand
  const seen = `${unitsCounted} units in ${daysCounted} days with stock`
  const not = [
    ...(daysWithoutStock > 0 ? [`${daysWithoutStock} without stock`] : []),
    ...(daysLeftOut > 0 ? [`${daysLeftOut} left out`] : []),
    ...(demand.outlierDays.length > 0 ? [`${demand.outlierDays.length} of far more than usual`] : []),
  ]
  const without = not.length === 0 ? '' : `; not counted: ${not.join(', ')}`
  switch (kind) {
    case 'measured':
      return `Demand ${perDay.toFixed(2)} a day = ${seen}${without}; varies by ${deviationPerDay.toFixed(2)}`
    case 'expected':
      return `Demand ${perDay.toFixed(2)} a day is what somebody expects: ${seen} are not enough history`
    case 'not-enough':
      return `Demand: not enough history, ${seen} of ${demand.minimumDays}${without}`
    default: {
      const never: never = kind
      return never
    }
  }
}

function sayLevels({
  demandOverLead,
  safetyStock,
  reorderPoint,
  orderUpTo,
}: NonNullable<ReplenishmentExplained['levels']>) {
  return `reorder point ${reorderPoint} = ${demandOverLead} over the lead time + ${safetyStock} safety stock, order up to ${orderUpTo}`
}

function saySuggested({ wanted, suggestion, because }: ReplenishmentExplained): string {
  if (wanted === 0) return 'Nothing is to be ordered now.'
  const given =
    suggestion === null
      ? 'nothing can be suggested'
      : suggestion.kind === 'transfer'
        ? `transfer ${suggestion.units} from ${suggestion.from}`
        : suggestion.kind === 'assembly'
          ? `put ${suggestion.units} together`
          : `buy ${suggestion.units}`
  return `Wanted ${wanted}: ${given}${because === null ? '' : ` (${because})`}`
}
