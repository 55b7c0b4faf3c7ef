import type { Tables } from '#lib/database.types.ts';
import { answerOf, rows } from './read.ts';
import { session } from './session.svelte.ts';
import { supabase } from './supabase.ts';

/** What a view keeps of a list: the parts of its address, and its columns in their order. */
export type ViewParts = {
  address: Record<string, string>;
  columns: string[];
};

export type ListView = Omit<Tables<'list_views'>, 'parts'> & { parts: ViewParts };
type Words = Pick<ListView, 'name' | 'parts' | 'shared_with' | 'is_default'>;

/** Parts of an address that say where somebody stands, not how he looks at the list. */
const PLACE = ['page', 'view'];
/** The value of `view` that asks for the list as it is, although there is a default. */
export const NO_VIEW = 'all';

type Address = Pick<URL, 'pathname' | 'search'>;

/** What a view saved now would keep of this address. */
export function addressParts(url: Address): Record<string, string> {
  return Object.fromEntries(
    [...new URLSearchParams(url.search)].filter(([name]) => !PLACE.includes(name)).sort(),
  );
}

/** Where a view opens its list. */
export function viewUrl(view: ListView): string {
  return `${view.list}?${new URLSearchParams({ ...view.parts.address, view: view.id })}`;
}

/** Other clients may have written anything; what is no view shows the list as it is. */
function readParts(parts: unknown): ViewParts {
  const { address, columns } = (parts ?? {}) as Partial<Record<keyof ViewParts, unknown>>;
  const pairs = Object.entries(typeof address === 'object' && address ? address : {});
  return {
    address: Object.fromEntries(pairs.map(([name, value]) => [name, String(value)]).sort()),
    columns: Array.isArray(columns) ? columns.map(String) : [],
  };
}

const read = ({ parts, ...view }: Tables<'list_views'>): ListView => ({
  ...view,
  parts: readParts(parts),
});

/** The saved views that the signed-in person sees, of all lists. */
class ListViews {
  #all = $state<ListView[]>([]);
  #owner = '';

  of(list: string): ListView[] {
    return this.#all.filter((view) => view.list === list);
  }

  defaultOf(list: string): ListView | undefined {
    return this.of(list).find((view) => this.isOwn(view) && view.is_default);
  }

  isOwn(view: ListView): boolean {
    return view.user_id === session.me?.user.id;
  }

  /** Reads them once per person and company. @throws PortalError */
  async load(): Promise<void> {
    const owner = `${session.me?.user.id} ${session.tenant?.id}`;
    if (owner === this.#owner) return;
    this.#owner = owner;
    this.#all = [];
    try {
      await this.#read();
    } catch (cause) {
      this.#owner = '';
      throw cause;
    }
  }

  async #read(): Promise<void> {
    const found = await rows(supabase.from('list_views').select('*').order('name').limit(1000));
    this.#all = found.map(read);
  }

  /** @throws PortalError when the name is taken, or sharing is not his to do. */
  async create(view: Words & Pick<ListView, 'list'>) {
    const saved = await answerOf(supabase.from('list_views').insert(view).select('*').single());
    await this.#read();
    return read(saved);
  }

  async change(view: ListView, changes: Partial<Words>): Promise<void> {
    await answerOf(
      supabase.from('list_views').update(changes).eq('id', view.id).select('id').single(),
    );
    await this.#read();
  }

  async remove(view: ListView): Promise<void> {
    await answerOf(supabase.from('list_views').delete().eq('id', view.id));
    await this.#read();
  }
}

export const listViews = new ListViews();
