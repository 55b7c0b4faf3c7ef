import { invalidate } from '$app/navigation';
import { navigating } from '$app/state';
import { AUDIENCES } from '#lib/rights.ts';
import { supabase } from './supabase.ts';

interface Change {
  entity_type: string;
  entity_id: string;
  event_type: string;
}

/** Changes that arrive together cause one reload. */
const GATHER_MS = 300;
/** How often a page looks by itself when its person hears nothing, as he sees only some of the rows. */
const LOOK_MS = 15_000;
/** A page that could not listen for longer than this after it was read is read again. */
const DEAF_MS = 5000;

/**
 * Follows the changes of a company that the holder of these permissions may see (each kind of record is told to
 * those who hold one of them), and reloads what the open page shows of them; all of it, where it was late to
 * listen, or had lost the line. Where the project refuses to tell, the page looks again every 15 seconds.
 * @returns a function that ends the subscription.
 */
export function followChanges(tenantId: string, permissions: string[]): () => void {
  const waiting = new Set<string>();
  const began = performance.now();
  let isBehind = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looking: ReturnType<typeof setInterval> | undefined;

  const flush = () => {
    // SvelteKit would give up going to another page for it.
    if (navigating.to) {
      timer = setTimeout(flush, GATHER_MS);
      return;
    }
    timer = undefined;
    const types = [...waiting];
    waiting.clear();
    if (isBehind) void readAgain();
    else for (const type of types) void invalidate(`entity:${type}`);
    isBehind = false;
  };
  const readAgain = () => invalidate((url) => url.protocol === 'entity:');
  const look = () => {
    if (!document.hidden) void readAgain();
  };
  /** Nobody told what happened before the line was open. */
  const listening = (isFirst: boolean) => {
    if (isFirst && performance.now() - began < DEAF_MS) return;
    isBehind = true;
    timer ??= setTimeout(flush, GATHER_MS);
  };

  const heard = permissions.filter((permission) => AUDIENCES.includes(permission));
  const channels = heard.map((permission) => {
    let isFirst = true;
    const channel = supabase.channel(`tenant:${tenantId}:${permission}`, {
      config: { private: true },
    });
    return channel
      .on('broadcast', { event: 'change' }, (message) => {
        const change = message.payload as Change;
        if (!change.entity_type) return;
        waiting.add(change.entity_type);
        timer ??= setTimeout(flush, GATHER_MS);
      })
      .subscribe((status, cause) => {
        if (status === 'SUBSCRIBED') {
          listening(isFirst);
          isFirst = false;
        }
        if (status !== 'CHANNEL_ERROR' || !/unauthorized/i.test(String(cause?.message))) return;
        looking ??= setInterval(look, LOOK_MS);
        void supabase.removeChannel(channel);
      });
  });

  return () => {
    clearTimeout(timer);
    clearInterval(looking);
    for (const channel of channels) void supabase.removeChannel(channel);
  };
}
