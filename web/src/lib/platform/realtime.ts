import { invalidate } from '$app/navigation';
import { navigating } from '$app/state';
import { supabase } from './supabase.ts';

interface Change {
  entity_type: string;
  entity_id: string;
  event_type: string;
}

/** Changes that arrive together cause one reload. */
const GATHER_MS = 300;

/**
 * Follows the changes of a company and reloads what the open page shows of them.
 * @returns a function that ends the subscription.
 */
export function followChanges(tenantId: string): () => void {
  const waiting = new Set<string>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const flush = () => {
    // SvelteKit would give up going to another page for it.
    if (navigating.to) {
      timer = setTimeout(flush, GATHER_MS);
      return;
    }
    timer = undefined;
    const types = [...waiting];
    waiting.clear();
    for (const type of types) void invalidate(`entity:${type}`);
  };

  const channel = supabase
    .channel(`tenant:${tenantId}`, { config: { private: true } })
    .on('broadcast', { event: 'change' }, (message) => {
      const change = message.payload as Change;
      if (!change.entity_type) return;
      waiting.add(change.entity_type);
      timer ??= setTimeout(flush, GATHER_MS);
    })
    .subscribe();

  return () => {
    clearTimeout(timer);
    void supabase.removeChannel(channel);
  };
}
