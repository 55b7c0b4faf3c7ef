import { goto } from '$app/navigation';
import { page } from '$app/state';
import { listUrl } from './list.ts';
import { listViews, NO_VIEW } from './list_views.svelte.ts';

type Address = Pick<URL, 'pathname' | 'search'>;

/** Where the page is going, while its list is being read. */
let target: Address | null = null;

/**
 * Changes parts of the address of the list that is shown. The address changes when the list has been read;
 * what is chosen until then is added to what is on its way.
 */
export async function changeList(changes: Record<string, string | number | null>): Promise<void> {
  const from = target?.pathname === page.url.pathname ? target : page.url;
  let url = listUrl(from, changes);
  // Whoever clears the filters wants the list as it is, and not his default view.
  if (url === page.url.pathname && listViews.defaultOf(url)) url = `${url}?view=${NO_VIEW}`;
  const mine = new URL(url, page.url.href);
  target = mine;
  try {
    await goto(url, { reset: false, replace: true });
  } finally {
    if (target === mine) target = null;
  }
}
