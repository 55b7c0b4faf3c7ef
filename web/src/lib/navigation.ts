import type { Component } from 'svelte';
import { type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import { documentNames, pluralOf } from '#lib/workflow/documents.ts';
import Award from '@lucide/svelte/icons/award';
import BadgePercent from '@lucide/svelte/icons/badge-percent';
import Building2 from '@lucide/svelte/icons/building-2';
import Bot from '@lucide/svelte/icons/bot';
import Boxes from '@lucide/svelte/icons/boxes';
import CalendarClock from '@lucide/svelte/icons/calendar-clock';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import CalendarCheck from '@lucide/svelte/icons/calendar-check';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import ClipboardList from '@lucide/svelte/icons/clipboard-list';
import CreditCard from '@lucide/svelte/icons/credit-card';
import Factory from '@lucide/svelte/icons/factory';
import DoorOpen from '@lucide/svelte/icons/door-open';
import FileCheck from '@lucide/svelte/icons/file-check';
import FileText from '@lucide/svelte/icons/file-text';
import FileUp from '@lucide/svelte/icons/file-up';
import Signature from '@lucide/svelte/icons/signature';
import Footprints from '@lucide/svelte/icons/footprints';
import HandCoins from '@lucide/svelte/icons/hand-coins';
import Inbox from '@lucide/svelte/icons/inbox';
import LayoutDashboard from '@lucide/svelte/icons/layout-dashboard';
import LifeBuoy from '@lucide/svelte/icons/life-buoy';
import ListChecks from '@lucide/svelte/icons/list-checks';
import MapPinned from '@lucide/svelte/icons/map-pinned';
import MessagesSquare from '@lucide/svelte/icons/messages-square';
import Package from '@lucide/svelte/icons/package';
import PackageMinus from '@lucide/svelte/icons/package-minus';
import Percent from '@lucide/svelte/icons/percent';
import Plus from '@lucide/svelte/icons/plus';
import ReceiptText from '@lucide/svelte/icons/receipt-text';
import Route from '@lucide/svelte/icons/route';
import Scale from '@lucide/svelte/icons/scale';
import Settings from '@lucide/svelte/icons/settings';
import Smartphone from '@lucide/svelte/icons/smartphone';
import ShoppingCart from '@lucide/svelte/icons/shopping-cart';
import SquareCheckBig from '@lucide/svelte/icons/square-check-big';
import Target from '@lucide/svelte/icons/target';
import Telescope from '@lucide/svelte/icons/telescope';
import Tags from '@lucide/svelte/icons/tags';
import Undo2 from '@lucide/svelte/icons/undo-2';
import Handshake from '@lucide/svelte/icons/handshake';
import UserPlus from '@lucide/svelte/icons/user-plus';
import Users from '@lucide/svelte/icons/users';
import Warehouse from '@lucide/svelte/icons/warehouse';
import Wrench from '@lucide/svelte/icons/wrench';
import TreePalm from '@lucide/svelte/icons/tree-palm';
import Clock from '@lucide/svelte/icons/clock';
import Waypoints from '@lucide/svelte/icons/waypoints';
import UserCog from '@lucide/svelte/icons/user-cog';
import { m, terms } from '#lib/words.ts';

export interface Destination {
  href: string;
  label: string;
  icon: Component;
  /** Any of these opens the page; none means everybody. */
  needs: string[];
  /** For super admins of the platform only, whatever company they work in. */
  isPlatform?: true;
  /** Shown in the bottom bar of a phone, lowest first. */
  phone?: number;
}

export interface Section {
  heading: string;
  destinations: Destination[];
}

/** The list of a kind of document. */
function listOf(name: DocumentName, icon: Component, phone?: number): Destination {
  const { page, permission } = DOCUMENTS[name];
  const place = phone === undefined ? {} : { phone };
  return { href: page, label: pluralOf(name), icon, needs: [permission], ...place };
}

/** The pages in the order of the work: sell, store, deliver, collect, administer. */
const placed: Section[] = [
  {
    heading: m.work(),
    destinations: [
      { href: '/', label: m.dashboard(), icon: LayoutDashboard, needs: [], phone: 1 },
      { href: '/day', label: m.my_day(), icon: ListChecks, needs: ['comments.view'] },
      {
        href: '/approvals',
        label: m.approvals(),
        icon: ClipboardCheck,
        needs: documentNames.flatMap((name) => Object.values(DOCUMENTS[name].decisions)),
        phone: 4,
      },
      listOf('task', SquareCheckBig),
      { href: '/overview', label: m.everything(), icon: Telescope, needs: ['comments.view'] },
      {
        href: '/calendar',
        label: m.calendar(),
        icon: CalendarDays,
        needs: ['appointments.view'],
      },
      listOf('appointment', CalendarClock),
      { href: '/shifts', label: m.shifts(), icon: Clock, needs: ['shifts.view'] },
      listOf('leave_request', TreePalm),
    ],
  },
  {
    heading: m.sell(),
    destinations: [
      listOf('order', ClipboardList, 2),
      listOf('customer', Users, 3),
      listOf('lead', UserPlus),
      listOf('deal', Handshake),
      listOf('proposal', FileCheck),
      listOf('contract', Signature),
      { ...listOf('commission_statement', Award), label: m.commissions() },
      { href: '/kpis', label: m.kpis(), icon: Target, needs: ['kpis.view'] },
      { href: '/doors', label: m.doors(), icon: DoorOpen, needs: ['doors.view'] },
      {
        href: '/doors/walk',
        label: m.my_doors(),
        icon: Footprints,
        needs: ['doors.visit'],
        phone: 8,
      },
      listOf('conversation', MessagesSquare, 7),
      listOf('ticket', LifeBuoy),
      { href: '/agents', label: m.ai_agents(), icon: Bot, needs: ['conversations.view'] },
      { href: '/products', label: m.products(terms), icon: Package, needs: ['products.view'] },
      { href: '/prices', label: m.price_lists(), icon: Tags, needs: ['prices.view'] },
      {
        href: '/promotions',
        label: m.promotions(),
        icon: BadgePercent,
        needs: ['prices.view'],
      },
      { href: '/taxes', label: m.taxes(), icon: Percent, needs: ['prices.edit'] },
      {
        href: '/territories',
        label: m.territories(),
        icon: MapPinned,
        needs: ['territories.view'],
      },
    ],
  },
  {
    heading: m.deliver(),
    destinations: [
      {
        href: '/drive',
        label: m.my_trip(terms),
        icon: Smartphone,
        needs: ['trips.drive'],
        phone: 0,
      },
      listOf('trip', Route, 5),
      // Drivers, who see trips, plan none.
      { ...listOf('planning_session', Waypoints), needs: ['trips.edit'] },
      { href: '/stock', label: m.stock(), icon: Boxes, needs: ['inventory.view'], phone: 6 },
      listOf('purchase_order', ShoppingCart),
      listOf('vendor', Factory),
      listOf('offload', PackageMinus),
      listOf('variance', Scale),
    ],
  },
  {
    heading: m.collect(),
    destinations: [
      listOf('invoice', FileText),
      listOf('payment', CreditCard),
      listOf('return', Undo2),
      listOf('settlement', HandCoins),
      listOf('expense', ReceiptText),
      { href: '/months', label: m.closed_months(), icon: CalendarCheck, needs: ['months.view'] },
    ],
  },
  {
    heading: m.administer(),
    destinations: [
      { href: '/users', label: m.users_and_roles(), icon: UserCog, needs: ['users.view'] },
      {
        href: '/fleet',
        label: m.depots_and_fleet(terms),
        icon: Warehouse,
        needs: ['trips.edit', 'warehouses.edit'],
      },
      listOf('asset', Wrench),
      listOf('maintenance_job', ClipboardCheck),
      listOf('import', FileUp),
      { href: '/outbox', label: m.outbox(), icon: Inbox, needs: ['messages.view'] },
      { href: '/settings', label: m.settings(), icon: Settings, needs: ['settings.manage'] },
      {
        href: '/platform/companies',
        label: m.companies(),
        icon: Building2,
        needs: [],
        isPlatform: true,
      },
    ],
  },
];

const hrefs = placed.flatMap((section) => section.destinations.map((it) => it.href));
const isPlaced = (page: string) =>
  hrefs.some((href) => page === href || page.startsWith(`${href}/`));

const unplaced = documentNames
  .filter((name) => !isPlaced(DOCUMENTS[name].page))
  .map((name) => listOf(name, FileText));

/** Every page of the portal. Documents that no section names, nor a page above theirs, end the first one. */
export const sections: Section[] = placed.map((section, index) => ({
  ...section,
  destinations: [...section.destinations, ...(index === 0 ? unplaced : [])],
}));

/** What can be begun from anywhere. */
export const actions: Destination[] = [
  { href: '/orders/new', label: m.new_order(terms), icon: Plus, needs: ['orders.create'] },
  { href: '/customers/new', label: m.new_customer(terms), icon: Plus, needs: ['customers.create'] },
  { href: '/products/new', label: m.new_product(terms), icon: Plus, needs: ['products.edit'] },
  { href: '/imports/new', label: m.import_a_file(), icon: FileUp, needs: ['imports.create'] },
  { href: '/trips/new', label: m.build_a_trip(terms), icon: Plus, needs: ['trips.edit'] },
  { href: '/payments/new', label: m.record_a_payment(), icon: Plus, needs: ['payments.create'] },
  {
    href: '/purchases/new',
    label: m.new_purchase(),
    icon: Plus,
    needs: ['purchase_orders.create'],
  },
  { href: '/assets/new', label: m.new_asset(), icon: Plus, needs: ['assets.manage'] },
  { href: '/expenses/new', label: m.new_expense(), icon: Plus, needs: ['expenses.create'] },
  {
    href: '/stock/adjustments/new',
    label: m.new_stock_adjustment(),
    icon: Plus,
    needs: ['inventory.edit'],
  },
];
