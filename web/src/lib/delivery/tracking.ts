import type { Enums } from '#lib/database.types.ts';
import { askJson, commandNamed } from '#lib/platform/command.ts';

/** Where an order is, as whoever has its link is told: no person, no place, no goods. */
export interface Tracked {
  company: string;
  timezone: string;
  number: string;
  status: Enums<'order_status'>;
  planned_arrival_at: string | null;
  arrived_at: string | null;
  left_at: string | null;
  /** Open stops before it while its van drives. */
  stops_before: number | null;
  /** When the van comes as of now, while it drives. */
  expected_at: string | null;
  expires_at: string;
}

/** @throws PortalError `tracking_link_invalid` */
export function trackOrder(token: string): Promise<Tracked> {
  return askJson<Tracked, 'track_order'>('track_order', { token });
}

/** A fresh link to follow an order by, for somebody without an account. */
export async function trackingLink(orderId: string): Promise<string> {
  const { token } = await commandNamed<{ token: string }>('share_order', { order_id: orderId });
  return `${location.origin}/track#token=${token}`;
}
