import { error } from '@sveltejs/kit';

/** Addresses that no page has: answered inside the portal, where the way back is in sight. */
export function load() {
  error(404, { message: 'There is no such page.', hint: 'The link may be old or incomplete.' });
}
