/** Stands in for SvelteKit's `$app/state`: nobody is on the way to another page. */
export const navigating = { to: null };
