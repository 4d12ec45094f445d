/** What connectors call themselves, places and budgets where no platform has a name for it; by that name. */
export const enMadeNames = {
  madePlace: {
    'Shop stock': 'Shop stock',
    'Own stock': 'Own stock',
    Stock: 'Stock',
    'Own stock (sent by the seller)': 'Own stock (sent by the seller)',
    'Fulfilment by Amazon': 'Fulfilment by Amazon',
    'Walmart Fulfillment Services': 'Walmart Fulfillment Services',
  },
  madeConnector: {
    'EDI warehouse': 'EDI warehouse',
    'REST or CSV': 'REST or CSV',
    'Warehouse by files or API': 'Warehouse by files or API',
  },
  madeBudget: { requests: 'requests', calls: 'calls', credits: 'credits', tokens: 'tokens', feeds: 'feeds' },
}
