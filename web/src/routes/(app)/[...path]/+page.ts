import { error } from '@sveltejs/kit';
import { m } from '#lib/words.ts';

/** Addresses that no page has: answered inside the portal, where the way back is in sight. */
export function load() {
  error(404, { message: m.there_is_no_such_page(), hint: m.the_link_may_be_old_or_incomplete() });
}
