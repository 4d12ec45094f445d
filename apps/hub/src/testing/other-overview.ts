/** The routes of the overview, as the first brand asks them. */
export const overviewReads: Record<string, string[]> = {
  '/api/v1/overview': ['/api/v1/overview'],
  // Its last step grows by itself; whose sums it adds has a test of its own (overview-series.test.ts).
  '/api/v1/overview/series': [],
  '/api/v1/overview/flow': ['/api/v1/overview/flow'],
  '/api/v1/first-day': ['/api/v1/first-day'],
  '/api/v1/activity': ['/api/v1/activity?limit=200'],
  '/api/v1/tasks': ['/api/v1/tasks'],
  '/api/v1/processes': ['/api/v1/processes'],
}
