import Dexie, { type Table } from 'dexie';
import type { Position } from './positions.ts';

/** A command that somebody on the road gave and the server has not answered yet. */
export interface Waiting {
  /** Idempotency key of the command: sending it twice does it once. */
  key: string;
  rpc:
    | 'arrive_at_stop'
    | 'check_vehicle'
    | 'complete_delivery'
    | 'enter_delivery_code'
    | 'fail_delivery'
    | 'record_trip_expense'
    | 'sell_from_van'
    | 'visit_door';
  user_id: string;
  tenant_id: string;
  /** The order, the door, of an expense and of a vehicle check the trip; of a sale, which has no order yet, the number of its receipt, twice. */
  about_id: string;
  about: string;
  args: Record<string, unknown>;
  /** Taken with it, in the order in which they are shown. */
  photos: Blob[];
  /** How many of them lie in storage already: sending goes on with the next one. */
  stored: number;
  given_at: string;
  /** Set when the server refused it; it waits for the driver to decide. */
  problem: string | null;
  /** The key of that refusal. */
  refusal?: string;
}

/** Where the phone was, not told yet. */
export type Untold = Position & { user_id: string; trip_id: string };

class PhoneStore extends Dexie {
  waiting!: Table<Waiting, string>;
  positions!: Table<Untold, [string, string, string]>;

  constructor() {
    super('mzigo-driver');
    this.version(1).stores({ waiting: 'key, user_id, given_at', trips: 'user_id' });
    // Trips are kept with the other copies (platform/kept.ts); what waits to be sent stays where it is.
    this.version(2).stores({ trips: null });
    this.version(3).stores({ positions: '[user_id+trip_id+happened_at], [user_id+trip_id]' });
    // An entry had one photo at most. What waits on a phone while the portal is updated keeps it.
    this.version(4).upgrade((change) =>
      change
        .table<Partial<Waiting> & { photo?: Blob | null }>('waiting')
        .toCollection()
        .modify((entry) => {
          entry.photos = entry.photo ? [entry.photo] : [];
          entry.stored = 0;
          delete entry.photo;
        }),
    );
  }
}

export const phone = new PhoneStore();
