import type { SimulatorServices } from '@plimsoll/connector-kit/simulator'
import { parse } from 'csv-parse/sync'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Access } from './api-routes.ts'
import type { Pantry } from './shop.ts'
import { updateStock } from './stock-update.ts'

/** Pantry's files, as `example-csv.json` describes them: read over HTTPS, written by PUT and worked on at once. */
export function fileRoutes(
  app: FastifyInstance,
  { shop, kit, access }: { shop: Pantry; kit: SimulatorServices; access: Access },
): void {
  app.register(async (files) => {
    files.addHook('preHandler', async (request, reply) => {
      if (!access.isBasic(request.headers.authorization) || kit.faults.isRevoked())
        return reply.code(401).send({ error: 'unauthorized', message: 'User or password is wrong.' })
      if (kit.faults.shouldThrottle())
        return reply.code(429).send({ error: 'slow_down', message: 'Too many requests.' })
    })
    const send = (reply: FastifyReply, columns: string[], rows: (string | number | null | undefined)[][]) =>
      reply
        .header('content-type', 'text/csv; charset=utf-8')
        .send(`${[columns, ...rows].map((cells) => cells.map(toCell).join(';')).join('\r\n')}\r\n`)
    const rowsOf = (request: FastifyRequest): Record<string, string>[] =>
      parse(request.rawBody ?? Buffer.alloc(0), { columns: true, delimiter: ';' })

    files.get('/files/items.csv', async (_request, reply) =>
      send(
        reply,
        ['Item No', 'Code', 'EAN', 'Name', 'Counted', 'On sale'],
        [...shop.items.values()].map(({ id, code, ean, name, stock }) => [
          id,
          code,
          ean,
          name,
          stock === null ? 'no' : 'yes',
          'yes',
        ]),
      ),
    )
    files.get('/files/stock.csv', async (_request, reply) =>
      send(
        reply,
        ['Item No', 'Units', 'Unit'],
        [...shop.items.values()].map(({ id, stock }) => [id, stock, 'piece']),
      ),
    )
    files.put<{ Params: { name: string } }>('/files/:name', async (request, reply) => {
      const { name } = request.params
      if (name.startsWith('stock-updates-')) {
        const done = rowsOf(request).map((row) =>
          updateStock(
            { item: row['Item No'] ?? '', units: Number(row.Units) },
            { shop, kit, atNs: request.receivedAtNs },
          ),
        )
        const cells = done.map((row) =>
          'error' in row ? [row.item, '', row.error, row.message] : [row.item, row.units, '', ''],
        )
        return send(reply, ['Item No', 'Units', 'Error', 'Message'], cells)
      }
      const order = shop.orders.get(Number((request.query as { order?: string }).order))
      if (!name.startsWith('parcels-') || order === undefined)
        return reply.code(404).send({ error: 'unknown_order', message: 'There is no such order.' })
      const rows = rowsOf(request)
      const units = new Map(rows.map((row) => [Number(row.Line), Number(row.Units)]))
      const parcel = shop.send(order, rows[0]?.Parcel ?? '', units)
      if (parcel === undefined)
        return reply.code(422).send({ error: 'too_many', message: 'So many units are not left.' })
      return send(reply, ['Parcel', 'Status'], [[parcel, 'taken']])
    })
    files.get<{ Querystring: { since: string } }>('/files/orders.csv', async ({ query }, reply) =>
      send(
        reply,
        [
          'Order',
          'Number',
          'Status',
          'Placed',
          'Version',
          'Line',
          'Item No',
          'Code',
          'Name',
          'Units',
          'Cancelled',
          'Sent',
          'Country',
          'Region',
          'Postcode',
          'City',
          'End',
        ],
        shop
          .changedSince(Number(query.since) * 1_000)
          .flatMap((order) =>
            order.rows.map((row) => [
              order.id,
              order.no,
              order.status,
              order.created,
              order.version,
              row.id,
              row.item,
              row.code,
              row.name,
              row.units,
              row.cancelled,
              row.sent,
              order.to?.country,
              order.to?.region,
              order.to?.postalCode,
              order.to?.city,
              'x',
            ]),
          ),
      ),
    )
  })
}

function toCell(value: string | number | null | undefined): string {
  const text = String(value ?? '')
  return /[;"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
