import { page } from '$app/state';

/**
 * The token of a mailed link. It travels behind `#`, where no server log and no referrer sees it;
 * `?token=` is understood too, because some mail programs cut fragments off.
 */
export function linkToken(): string {
  const fragment = new URLSearchParams(page.url.hash.replace(/^#/, ''));
  return fragment.get('token') ?? new URLSearchParams(page.url.search).get('token') ?? '';
}
