import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  type ValueNode,
} from 'graphql'

/**
 * What an operation costs: scalars 0, an object 1, a connection 2 + first × its nodes, an interface its dearest
 * selection, a mutation 10 (shopify.dev/docs/api/usage/limits and the older engineering article on the "2 +").
 */
export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  return walk(schema, document, variables, undefined)
}

/** The same for what came back: only what is there is paid for. */
export function actualCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  data: unknown,
): number {
  return walk(schema, document, variables, { data })
}

const MUTATION_COST = 10

type Answered = { data: unknown } | undefined

function walk(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  answered: Answered,
): number {
  const operation = document.definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) return 0
  const fields = operation.selectionSet.selections.filter((each) => each.kind === Kind.FIELD)
  if (operation.operation === 'mutation') return MUTATION_COST * fields.length
  const root = schema.getQueryType()
  return root ? costOfSelections({ schema, document, variables }, operation.selectionSet, root, answered) : 0
}

type Scope = { schema: GraphQLSchema; document: DocumentNode; variables: Readonly<Record<string, unknown>> }

function costOfSelections(
  scope: Scope,
  set: SelectionSetNode,
  type: GraphQLObjectType,
  answered: Answered,
): number {
  let total = 0
  let dearestFragment = 0
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      total += costOfField(scope, selection, type, answered)
      continue
    }
    const fragment =
      selection.kind === Kind.INLINE_FRAGMENT ? selection : findFragment(scope, selection.name.value)
    if (fragment === undefined) continue
    const name = fragment.typeCondition?.name.value
    const target = name === undefined ? type : scope.schema.getType(name)
    if (!isObjectType(target)) continue
    dearestFragment = Math.max(
      dearestFragment,
      costOfSelections(scope, fragment.selectionSet, target, answered),
    )
  }
  return total + dearestFragment
}

function findFragment({ document }: Scope, name: string): FragmentDefinitionNode | undefined {
  for (const each of document.definitions) {
    if (each.kind === Kind.FRAGMENT_DEFINITION && each.name.value === name) return each
  }
  return undefined
}

function costOfField(scope: Scope, field: FieldNode, parent: GraphQLObjectType, answered: Answered): number {
  const definition = parent.getFields()[field.name.value]
  if (definition === undefined || field.selectionSet === undefined) return 0
  const named = getNamedType(definition.type)
  if (isLeafType(named)) return 0
  const value =
    answered === undefined ? undefined : property(answered.data, field.alias?.value ?? field.name.value)
  if (answered !== undefined && (value === null || value === undefined)) return 0
  if (isObjectType(named) && named.name.endsWith('Connection')) {
    return 2 + costOfNodes(scope, field, named, answered === undefined ? undefined : { data: value })
  }
  const target = ownerOf(scope, named)
  if (target === undefined) return 0
  const { selectionSet } = field
  const one = (data: Answered) => 1 + costOfSelections(scope, selectionSet, target, data)
  if (answered === undefined) return (isList(definition.type) ? sizeOf(scope, field) : 1) * one(undefined)
  const values: unknown[] = Array.isArray(value) ? value : [value]
  return values.reduce<number>((sum, data) => sum + (data === null ? 0 : one({ data })), 0)
}

/** Whose fields a selection takes. An interface's own are scalars here; its fragments decide. */
function ownerOf({ schema }: Scope, type: GraphQLNamedType): GraphQLObjectType | undefined {
  if (isObjectType(type)) return type
  return isInterfaceType(type) ? (schema.getQueryType() ?? undefined) : undefined
}

function costOfNodes(
  scope: Scope,
  field: FieldNode,
  connection: GraphQLObjectType,
  answered: Answered,
): number {
  let total = 0
  for (const selection of field.selectionSet?.selections ?? []) {
    if (selection.kind !== Kind.FIELD || selection.selectionSet === undefined) continue
    const inner = connection.getFields()[selection.name.value]
    const named = inner === undefined ? undefined : getNamedType(inner.type)
    if (named === undefined || named.name === 'PageInfo') continue
    const target = ownerOf(scope, named)
    if (target === undefined) continue
    const set = selection.selectionSet
    // An edge is not charged, its node is.
    const perNode = named.name.endsWith('Edge') ? 0 : 1
    if (answered === undefined) {
      total += sizeOf(scope, field) * (perNode + costOfSelections(scope, set, target, undefined))
      continue
    }
    const rows = property(answered.data, selection.alias?.value ?? selection.name.value)
    for (const data of Array.isArray(rows) ? rows : []) {
      total += perNode + costOfSelections(scope, set, target, { data })
    }
  }
  return total
}

/** How many objects a list may hold, by its arguments. */
function sizeOf(scope: Scope, field: FieldNode): number {
  for (const argument of field.arguments ?? []) {
    const value = argumentValue(argument.value, scope.variables)
    if (argument.name.value === 'first' && typeof value === 'number') return value
    if ((argument.name.value === 'ids' || argument.name.value === 'names') && Array.isArray(value))
      return value.length
  }
  return 1
}

function argumentValue(node: ValueNode, variables: Readonly<Record<string, unknown>>): unknown {
  switch (node.kind) {
    case Kind.VARIABLE:
      return variables[node.name.value]
    case Kind.INT:
      return Number(node.value)
    case Kind.LIST:
      return node.values.map((value) => argumentValue(value, variables))
    default:
      return undefined
  }
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(isNonNullType(type) ? type.ofType : type)
}

function property(data: unknown, name: string): unknown {
  return typeof data === 'object' && data !== null ? Reflect.get(data, name) : undefined
}
