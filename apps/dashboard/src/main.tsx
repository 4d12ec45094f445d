import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { later } from './clock.ts'
import { queryClient } from './hub.ts'
import { startLanguage } from './language.ts'
import { fetchScreens, router } from './routes.tsx'
import { savesData } from './saves-data.ts'
import './styles.css'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has a #root')
await startLanguage()
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
// After the first screen's own reads, which matter more, however long they take; and not where the browser was told to save data.
function fetchScreensOnceQuiet(): void {
  later(() => (queryClient.isFetching() > 0 ? fetchScreensOnceQuiet() : fetchScreens()), 1_500)
}
if (!savesData(navigator)) fetchScreensOnceQuiet()
