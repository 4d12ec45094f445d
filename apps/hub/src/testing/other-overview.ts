/** The routes of the overview and those that stand alone, as the first brand asks them. */
export const overviewReads: Record<string, string[]> = {
  '/api/v1/overview': ['/api/v1/overview'],
  // Its last step grows by itself; whose sums it adds has a test of its own (overview-series.test.ts).
  '/api/v1/overview/series': [],
  '/api/v1/overview/flow': ['/api/v1/overview/flow'],
  '/api/v1/first-day': ['/api/v1/first-day'],
  '/api/v1/activity': ['/api/v1/activity?limit=200'],
  '/api/v1/tasks': ['/api/v1/tasks'],
  '/api/v1/views': ['/api/v1/views'],
  '/api/v1/processes': ['/api/v1/processes'],
  '/api/v1/demo': ['/api/v1/demo'],
  '/api/v1/openapi.json': ['/api/v1/openapi.json'],
  '/api/v1/openapi-3.0.json': ['/api/v1/openapi-3.0.json'],
  // It has a test of its own.
  '/api/v1/stream': [],
  '/api/v1/parked': ['/api/v1/parked?limit=200'],
  '/api/v1/connections': ['/api/v1/connections'],
  '/api/v1/locations': ['/api/v1/locations', '/api/v1/locations?archived=true'],
}
