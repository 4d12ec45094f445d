import {
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  isEnumType,
  isListType,
  isNonNullType,
  isScalarType,
  Kind,
} from 'graphql'

/**
 * Answers made of nothing but a schema: whatever it allows may come, null where it may be null, lists of none to
 * three, any value of an enum, whole numbers at the limits of 32 bits, hostile text. Only what a GraphQL server keeps
 * without its schema saying so is kept more often than not: what is asked for by id has that id, `nodes(ids)` answers
 * in the order of the ids, and `quantities(names)` with the names.
 */
export type RandomAnswers = {
  fieldResolver: GraphQLFieldResolver<unknown, unknown>
  typeResolver: GraphQLTypeResolver<unknown, unknown>
}

/** What an object of an answer is made from: its id, and the name it was asked for under, if any. */
type Made = { id?: string; name?: string }

export function createRandomAnswers({
  schema,
  random,
  asked,
  errorRate,
}: {
  schema: GraphQLSchema
  random: () => number
  /** Ids that the request or the test names: what points at a thing of their kind mostly points at one of these. */
  asked: readonly string[]
  /** How often a field fails instead: an error beside data. */
  errorRate: number
}): RandomAnswers {
  const chance = (share: number) => random() < share
  const oneOf = <T>(values: readonly T[]): T => {
    const value = values[Math.floor(random() * values.length)]
    if (value === undefined) throw new Error('nothing to choose from')
    return value
  }
  const known = Map.groupBy(asked, (id) => /^gid:\/\/shopify\/(\w+)\//.exec(id)?.[1] ?? '')
  let count = 0

  const idOf = (type: string, isReference: boolean): string => {
    const existing = known.get(type) ?? []
    if (isReference && existing.length > 0 && chance(0.8)) return oneOf(existing)
    count += 1
    const id = `gid://shopify/${type}/${Math.floor(random() * 2 ** 45)}${count}`
    known.set(type, [...existing, id])
    return id
  }

  const scalarOf = (type: string, info: GraphQLResolveInfo): unknown => {
    switch (type) {
      case 'Int':
        // Negative units make a whole order unreadable, so they are rare, or little else would be seen.
        return chance(0.02) ? oneOf([-1, -2_147_483_648]) : oneOf([0, 1, 1, 2, 2, 3, 5, 40, 2_147_483_647])
      case 'Float':
        return oneOf([0, 0.5, -1, 1e300])
      case 'Boolean':
        return chance(0.5)
      case 'ID':
        return chance(0.02) ? '' : idOf(info.parentType.name, isReference(info))
      case 'DateTime':
        return oneOf(instants)
      default:
        return oneOf(texts)
    }
  }

  const valueFor = (
    type: GraphQLOutputType,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
  ): unknown => {
    if (isNonNullType(type)) return valueFor(type.ofType, args, info)
    if (isListType(type)) return listOf(type.ofType, args, info)
    if (isEnumType(type)) return oneOf(type.getValues()).name
    if (isScalarType(type)) return scalarOf(type.name, info)
    const made: Made = { ...(typeof args.id === 'string' && chance(0.95) && { id: args.id }) }
    return made
  }

  const orNull = (type: GraphQLOutputType, args: Record<string, unknown>, info: GraphQLResolveInfo) =>
    !isNonNullType(type) && chance(info.fieldName.endsWith('Cursor') ? 0.05 : 0.15)
      ? null
      : valueFor(type, args, info)

  const listOf = (
    item: GraphQLOutputType,
    args: Record<string, unknown>,
    info: GraphQLResolveInfo,
  ): unknown[] => {
    if (Array.isArray(args.ids) && chance(0.95)) {
      return args.ids.map((id): Made | null => (chance(0.15) ? null : { id: String(id) }))
    }
    if (Array.isArray(args.names) && chance(0.9))
      return args.names.map((name): Made => ({ name: String(name) }))
    if (info.fieldName === 'field' && chance(0.5))
      return ['input', 'quantities', oneOf(['0', '1', '99', 'x'])]
    const most = info.fieldName === 'userErrors' ? 1.5 : 4
    return Array.from({ length: Math.floor(random() * most) }, () => orNull(item, args, info))
  }

  return {
    fieldResolver(source, args, _context, info) {
      if (chance(errorRate)) {
        const code = oneOf(['ACCESS_DENIED', 'INTERNAL_SERVER_ERROR', 'TIMEOUT', 'CODE_OF_NEXT_YEAR'])
        throw new GraphQLError(oneOf(texts), { extensions: { code } })
      }
      const made: Made = typeof source === 'object' && source !== null ? source : {}
      if (info.fieldName === 'id' && made.id !== undefined) return made.id
      if (info.fieldName === 'name' && made.name !== undefined) return made.name
      if (info.fieldName === 'name' && info.parentType.name === 'InventoryChange' && chance(0.7)) {
        return 'available'
      }
      if (info.fieldName === 'hasNextPage') return chance(0.25)
      if (info.fieldName === 'cancelledAt' && chance(0.6)) return null
      return orNull(info.returnType, args, info)
    },
    typeResolver(source, _context, info, abstractType) {
      const possible = schema.getPossibleTypes(abstractType).map((type) => type.name)
      const made: Made = typeof source === 'object' && source !== null ? source : {}
      const own = /^gid:\/\/shopify\/(\w+)\//.exec(made.id ?? '')?.[1]
      if (own !== undefined && possible.includes(own) && chance(0.9)) return own
      const wanted = possible.filter((type) => conditionsOf(info).has(type))
      return wanted.length > 0 && chance(0.75) ? oneOf(wanted) : oneOf(possible)
    },
  }
}

/** Types that the query has a fragment for at this field. */
function conditionsOf(info: GraphQLResolveInfo): Set<string> {
  const names = new Set<string>()
  for (const node of info.fieldNodes) {
    for (const selection of node.selectionSet?.selections ?? []) {
      if (selection.kind === Kind.INLINE_FRAGMENT && selection.typeCondition !== undefined) {
        names.add(selection.typeCondition.name.value)
      }
    }
  }
  return names
}

/** True below a field that points at a thing told elsewhere, instead of telling it. */
function isReference(info: GraphQLResolveInfo): boolean {
  const parent = info.path.prev?.key
  return parent === 'lineItem' || parent === 'item' || parent === 'location'
}

const instants = [
  '2026-11-24T01:02:03Z',
  '2026-11-24T01:02:03-05:00',
  '2026-11-24T01:02:03.999Z',
  '2024-02-29T23:59:59+14:00',
  '1970-01-01T00:00:00Z',
  '0001-01-01T00:00:00Z',
  '9999-12-31T23:59:59Z',
]

const texts = [
  '',
  ' ',
  'plain',
  'null',
  '0',
  'NaN',
  '中文货号 🧦',
  '"\\\'; drop table listing; --',
  '<script>alert(1)</script>',
  '\u0000\u001f\u2028\u202e',
  '__proto__',
  'constructor',
  'x'.repeat(5_000),
]
