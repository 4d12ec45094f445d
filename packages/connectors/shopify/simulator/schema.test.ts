import {
  type GraphQLField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isScalarType,
  NoDeprecatedCustomRule,
  parse,
  validate,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { ALL_OPERATIONS } from '../all-documents.ts'
import { bulkQueryOf } from '../bulk-documents.ts'
import { LEVELS_PAGE, LISTING_FIELDS, ORDERS_PAGE, PROTECTED, RECIPIENT } from '../documents.ts'
import { loadPublishedSchema } from '../testing/published-schema.ts'
import { requestedCost } from './cost.ts'
import { loadSchema } from './graphql.ts'

const subset = loadSchema()
const published = loadPublishedSchema()

/** The variables that make each operation as dear as it gets. */
const largest = { first: ORDERS_PAGE, ids: Array.from({ length: LEVELS_PAGE }, (_, at) => `${at}`) }

describe.each(ALL_OPERATIONS.map((operation) => [operation.name, operation] as const))(
  '%s',
  (_, operation) => {
    test('is valid in the simulated schema', () => {
      expect(validate(subset, parse(operation.query))).toEqual([])
    })

    test.skipIf(published === undefined)('is valid in the published schema', () => {
      expect(published && validate(published, parse(operation.query))).toEqual([])
    })

    test.skipIf(published === undefined)('asks for nothing that is to go away', () => {
      expect(published && validate(published, parse(operation.query), [NoDeprecatedCustomRule])).toEqual([])
    })

    test('declares its worst cost, which one query may have', () => {
      const cost = requestedCost(subset, parse(operation.query), largest)
      expect(operation.cost).toBeGreaterThanOrEqual(cost)
      expect(operation.cost).toBeLessThanOrEqual(cost + 30)
      expect(operation.cost).toBeLessThanOrEqual(1_000)
    })

    test('asks for no personal data', () => {
      // Whether a customer is told is none.
      const query = operation.query.replaceAll('notifyCustomer', '')
      if (operation === RECIPIENT || operation === PROTECTED) return
      // Of the address only what routing needs.
      const destination = /shippingAddress \{ countryCodeV2 provinceCode province zip city \}/g
      expect(query.replaceAll(destination, '')).not.toMatch(
        /customer|address|email|phone|firstName|lastName|\bnote\b|billing/i,
      )
    })
  },
)

test('the query of the bulk operation is valid, and asks for nothing that is to go away', () => {
  const document = parse(bulkQueryOf(LISTING_FIELDS))
  expect(validate(subset, document)).toEqual([])
  if (published === undefined) return
  expect(validate(published, document)).toEqual([])
  expect(validate(published, document, [NoDeprecatedCustomRule])).toEqual([])
})

describe.skipIf(published === undefined)('the simulated schema is a part of the published one', () => {
  const own = Object.values(subset.getTypeMap()).filter((type) => !type.name.startsWith('__'))
  test.each(own.map((type) => [type.name, type] as const))('%s', (name, type) => {
    const real = published?.getType(name)
    expect(real, `${name} exists`).toBeDefined()
    if (isObjectType(type) || isInterfaceType(type)) {
      if (!isObjectType(real) && !isInterfaceType(real)) throw new Error(`${name} is of another kind`)
      expect(real.getInterfaces().map(String)).toEqual(
        expect.arrayContaining(type.getInterfaces().map(String)),
      )
      for (const [field, ours] of Object.entries(type.getFields())) {
        expectSameField(`${name}.${field}`, ours, real.getFields()[field])
      }
    } else if (isInputObjectType(type)) {
      if (!isInputObjectType(real)) throw new Error(`${name} is of another kind`)
      for (const [field, ours] of Object.entries(type.getFields())) {
        expect(String(real.getFields()[field]?.type), `${name}.${field}`).toBe(String(ours.type))
      }
      const required = Object.values(real.getFields()).filter((field) => String(field.type).endsWith('!'))
      for (const { name: field } of required) expect(Object.keys(type.getFields())).toContain(field)
    } else if (isEnumType(type)) {
      if (!isEnumType(real)) throw new Error(`${name} is of another kind`)
      const values = real.getValues().map((value) => value.name)
      expect(values).toEqual(expect.arrayContaining(type.getValues().map((value) => value.name)))
    } else {
      expect(isScalarType(real)).toBe(true)
    }
  })

  test('the directive has the published shape', () => {
    const shape = (schema: GraphQLSchema | undefined) => {
      const directive = schema?.getDirective('idempotent')
      return [directive?.locations, directive?.args.map((argument) => `${argument.name}: ${argument.type}`)]
    }
    expect(shape(subset)).toEqual(shape(published))
  })
})

function expectSameField(
  path: string,
  ours: GraphQLField<unknown, unknown>,
  real: GraphQLField<unknown, unknown> | undefined,
): void {
  expect(String(real?.type), path).toBe(String(ours.type))
  for (const argument of ours.args) {
    const twin = real?.args.find((each) => each.name === argument.name)
    expect(String(twin?.type), `${path}(${argument.name})`).toBe(String(argument.type))
  }
  const required = (real?.args ?? []).filter((each) => String(each.type).endsWith('!'))
  for (const { name } of required) expect(ours.args.map((each) => each.name)).toContain(name)
}
