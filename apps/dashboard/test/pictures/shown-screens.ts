import { setUpScreens } from './set-up-screens.ts'
import type { ShownScreen } from './shown-screen.ts'
import { dailyScreens } from './stock-and-order-screens.ts'

/** Every screen of the dashboard and its main dialogs, in the order of the guide. A test holds it to the router. */
export const shownScreens: readonly ShownScreen[] = [...dailyScreens, ...setUpScreens]
