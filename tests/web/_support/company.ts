import { session } from '../../../web/src/lib/platform/session.svelte.ts';

/** Signs somebody in at a company with these ways of writing. */
export function workAt(
  company: { id?: string; locale?: string; timezone?: string; currency?: string } = {},
) {
  session.me = {
    user: { id: 'user-1', email: 'driver@acme.test', full_name: 'Daniel Kamau', language: null },
    scope: { warehouse_id: null, territory_id: null, customer_id: null },
    tenant: {
      id: 'tenant-1',
      name: 'Acme Beverages',
      slug: 'acme',
      currency: 'KES',
      timezone: 'Africa/Nairobi',
      locale: 'en-KE',
      settings: {},
      ...company,
    },
    role: 'driver',
    permissions: ['trips.drive'],
    tenants: [],
    is_super_admin: false,
  };
}
