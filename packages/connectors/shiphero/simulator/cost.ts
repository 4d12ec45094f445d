import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode, type ValueNode } from 'graphql'

/** Asked for without a number, as many as this come. */
const FIRST_DEFAULT = 100
const MUTATION = 10

/**
 * What a document costs: one for each thing that is asked for at the top, ten for a change, and in a list one for each of
 * `first` rows, times what is asked for in it. Source: developer.shiphero.com/getting-started, "Throttling & Quotas".
 */
export function requestedCredits(document: DocumentNode): number {
  return creditsOf(document, undefined)
}

/** The same for what came back: only that is charged. */
export function spentCredits(document: DocumentNode, data: unknown): number {
  return creditsOf(document, { data })
}

type Answered = { data: unknown } | undefined

function creditsOf(document: DocumentNode, answered: Answered): number {
  const [operation] = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION)
  if (operation === undefined) return 0
  return fieldsOf(operation.selectionSet).reduce((sum, field) => {
    const base = operation.operation === 'mutation' ? MUTATION : 1
    return sum + base + within(field, part(answered, field))
  }, 0)
}

/** Of all below one field. */
function within({ selectionSet }: FieldNode, answered: Answered): number {
  if (selectionSet === undefined) return 0
  return fieldsOf(selectionSet).reduce((sum, field) => sum + creditsOfField(field, part(answered, field)), 0)
}

function creditsOfField(field: FieldNode, answered: Answered): number {
  const edges = field.selectionSet && fieldsOf(field.selectionSet).find(({ name }) => name.value === 'edges')
  const node = edges?.selectionSet && fieldsOf(edges.selectionSet).find(({ name }) => name.value === 'node')
  if (node === undefined) return inEach(answered, (each) => within(field, each))
  if (answered === undefined) return firstOf(field) * (1 + within(node, undefined))
  const rows = edgesOf(answered.data)
  return rows.reduce<number>((sum, row) => sum + 1 + within(node, { data: row }), 0)
}

/** A plain list of things: what is asked for in each. */
function inEach(answered: Answered, cost: (each: Answered) => number): number {
  if (!Array.isArray(answered?.data)) return cost(answered)
  return answered.data.reduce<number>((sum, each) => sum + cost({ data: each }), 0)
}

function part(answered: Answered, { alias, name }: FieldNode): Answered {
  if (answered === undefined) return undefined
  const { data } = answered
  if (typeof data !== 'object' || data === null) return { data: undefined }
  return { data: (data as Record<string, unknown>)[(alias ?? name).value] }
}

function edgesOf(data: unknown): unknown[] {
  const edges = typeof data === 'object' && data !== null ? (data as { edges?: unknown }).edges : undefined
  return Array.isArray(edges) ? edges.map((edge) => (edge as { node?: unknown } | null)?.node) : []
}

function fieldsOf({ selections }: SelectionSetNode): FieldNode[] {
  return selections.filter((each) => each.kind === Kind.FIELD)
}

function firstOf({ arguments: given = [] }: FieldNode): number {
  const value: ValueNode | undefined = given.find(({ name }) => name.value === 'first')?.value
  return value?.kind === Kind.INT ? Number(value.value) : FIRST_DEFAULT
}
