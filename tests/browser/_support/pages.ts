import type { BusyDay } from './busy_day.ts';

/** Every page of the portal, as somebody with all rights opens it. */
export function officePages(day: BusyDay): string[] {
  return [
    '/',
    '/approvals',
    '/orders',
    '/orders/new',
    `/orders/${day.draft.id}`,
    `/orders/${day.draft.id}/edit`,
    `/orders/${day.delivered.id}`,
    '/customers',
    '/customers/new',
    `/customers/${day.customer.id}`,
    '/products',
    '/products/new',
    `/products/${day.product.id}`,
    '/prices',
    `/prices/${day.priceList.id}`,
    '/territories',
    '/trips',
    '/trips/new',
    `/trips/${day.runningTrip.id}`,
    `/trips/${day.plannedTrip.id}`,
    `/trips/${day.plannedTrip.id}/edit`,
    '/stock',
    '/stock/movements',
    '/stock/adjustments',
    '/stock/adjustments/new',
    `/stock/adjustments/${day.adjustment.id}`,
    '/offloads',
    `/offloads/${day.offload.id}`,
    '/variances',
    `/variances/${day.variance.id}`,
    '/invoices',
    `/invoices/${day.invoice.id}`,
    '/payments',
    '/payments/new',
    '/payments/statement',
    `/payments/${day.payment.id}`,
    '/users',
    '/fleet',
    '/outbox',
    '/settings',
    '/orders/00000000-0000-0000-0000-000000000000',
  ];
}

/** The pages of a driver: his trip on the road, one stop of it, and a trip that he has to count. */
export function driverPages(day: BusyDay): string[] {
  return ['/drive', `/drive/${day.onTheRoad.id}`, `/drive?trip=${day.plannedTrip.id}`];
}

/** Pages of the people who run the platform. */
export const PLATFORM = ['/platform/companies'];

/** What is seen before anybody has signed in. */
export const OUTSIDE = [
  '/sign-in',
  '/forgot-password',
  '/accept-invitation#token=unknown',
  '/reset-password#token=unknown',
];
