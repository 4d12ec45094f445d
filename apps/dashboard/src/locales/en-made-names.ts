/** What connectors call places and budgets that the platform itself has no name for; by that name. */
export const enMadeNames = {
  madePlace: {
    'Shop stock': 'Shop stock',
    'Own stock': 'Own stock',
    Stock: 'Stock',
    'Own stock (sent by the seller)': 'Own stock (sent by the seller)',
    'Fulfilment by Amazon': 'Fulfilment by Amazon',
    'Walmart Fulfillment Services': 'Walmart Fulfillment Services',
  },
  madeBudget: { requests: 'requests', calls: 'calls', credits: 'credits', tokens: 'tokens', feeds: 'feeds' },
}
