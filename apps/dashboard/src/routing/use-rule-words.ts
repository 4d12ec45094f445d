import type { RoutingRuleBody } from '@plimsoll/client'
import { formatNumber } from '../format.ts'
import { useLanguage } from '../language.ts'
import { namesIn, type RuleKind } from './rules.ts'

/** A rule as a sentence that a person reads. */
export function useRuleWords(): (rule: RoutingRuleBody) => string {
  const { t, locale } = useLanguage()
  const listed = (names: readonly string[]) =>
    new Intl.ListFormat(locale, { type: 'conjunction' }).format(names)
  const n = (value: unknown) => (typeof value === 'number' ? formatNumber(locale, value) : '?')
  return (rule) => {
    const kind = rule.kind as RuleKind
    const only = namesIn(rule, 'locations')
    const not = namesIn(rule, 'notLocations')
    const places =
      not.length > 0
        ? t('routing.anyBut', { names: listed(not) })
        : only.length > 0
          ? t('routing.onlyFrom', { names: listed(only) })
          : t('routing.noPlace')
    const at = only.length > 0 ? listed(only) : t('routing.everyPlace')
    const goods = [...namesIn(rule, 'skus'), ...namesIn(rule, 'tags')]
    const items = goods.length > 0 ? listed(goods) : t('routing.allItems')
    const channels = namesIn(rule, 'connections')
    switch (kind) {
      case 'serves': {
        const where = [
          ...namesIn(rule, 'countries'),
          ...namesIn(rule, 'regions'),
          ...namesIn(rule, 'postalPrefixes').map((each) => `${each}…`),
        ]
        return t('routing.say.serves', {
          where: where.length > 0 ? where.join(', ') : t('routing.anywhere'),
          places,
        })
      }
      case 'channel':
        return t('routing.say.channel', { channels: listed(channels) || '?', places })
      case 'item':
        return t('routing.say.item', { items: goods.length > 0 ? items : '?', places })
      case 'minimum-shelf-life':
        return t('routing.say.minimum-shelf-life', {
          days: n(rule.days),
          items,
          channels: channels.length > 0 ? listed(channels) : t('routing.everyChannel'),
        })
      case 'safety-stock':
        return t('routing.say.safety-stock', { units: n(rule.units), items, at })
      case 'capacity':
        return rule.perDay === undefined
          ? t('routing.say.capacityOwn', { at })
          : t('routing.say.capacity', { n: n(rule.perDay), at })
      case 'split':
        return rule.parcelsMax === 1
          ? t('routing.say.splitNever')
          : t('routing.say.split', { n: n(rule.parcelsMax) })
      case 'cut-off':
        return t(rule.onTimeOnly === true ? 'routing.say.cutOffOnly' : 'routing.say.cut-off')
      case 'lowest-cost':
        return t('routing.say.lowest-cost', { n: n(Array.isArray(rule.tariffs) ? rule.tariffs.length : 0) })
      default:
        return t(`routing.say.${kind}`)
    }
  }
}
