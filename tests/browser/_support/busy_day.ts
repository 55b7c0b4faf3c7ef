import type { Row } from '../../api/client.ts';
import { Company } from './company.ts';

/** The documents of a day on which every page of the portal has something to show. */
export interface BusyDay {
  company: Company;
  customer: Row;
  product: Row;
  draft: Row;
  delivered: Row;
  invoice: Row;
  /** A stop that the driver has not come to yet. */
  onTheRoad: Row;
  runningTrip: Row;
  plannedTrip: Row;
  priceList: Row;
  promotion: Row;
  purchases: Row[];
  expenses: Row[];
  assets: Row[];
  maintenance: Row[];
  leave: Row;
  tickets: Row[];
  contracts: Row[];
  proposals: Row[];
  territory: Row;
  /** A door that was visited and is left alone. */
  door: Row;
  template: Row;
  /** A cylinder that is known by its number. */
  serial: Row;
  counts: Row[];
}

/**
 * Fills Acme: one trip came home, a second is on the road, a third is planned; orders, money, stock,
 * people and prices in most of their states, some of them waiting for a decision.
 */
export async function busyDay(): Promise<BusyDay> {
  const company = await Company.open();
  const by = (role: string) => company.by(role);
  const draft = await company.order('Westlands Wholesalers', 12, false);
  await company.order('Gikomba Traders', 20);
  await company.approved('Ngong View Bar', 4);

  // The first trip: one crate is refused, one crate is missing when the van is counted.
  const first = await company.allocated('Java Corner Cafe', 10);
  const closedTrip = await company.started([first], 'KDA 101A', 1);
  const delivered = await company.delivered(first, 1, 5000);
  const offload = await company.offloaded(closedTrip, 0, 5);
  const invoice = await company.invoiceOf(first);
  await by('finance').command('issue_invoice', { invoice_id: invoice.id });
  const payment = await by('finance').row(`payments?order_id=eq.${first.id}&select=*`);
  await by('finance').command('approve_payment', { payment_id: payment.id });
  await by('finance').ask('/rest/v1/statement_lines', {
    body: { source: 'cash deposit', reference: 'DEP-1', amount: 5000, posted_at: new Date() },
  });
  for (const variance of await by('manager').rows(
    `variances?trip_id=eq.${closedTrip.id}&kind=eq.offload&select=id`,
  )) {
    await by('manager').command('approve_variance', { variance_id: variance.id, code: 'lost' });
  }
  await by('dispatcher').command('review_offload', { offload_id: offload.id });
  await by('manager').command('approve_offload', { offload_id: offload.id });
  const variance = await by('manager').row(
    `variances?order_id=eq.${first.id}&kind=eq.delivery&select=*`,
  );

  // The second trip is half done, the third waits to be counted and loaded.
  const done = await company.allocated('Kilimani Mini Mart', 3);
  const onTheRoad = await company.allocated('Eastleigh Superstore', 6);
  const third = await company.allocated('Karen Country Kiosk', 2);
  await by('manager').command('approve_variance', { variance_id: variance.id, code: 'damaged' });
  const settlement = await by('driver').command('submit_settlement', {
    trip_id: closedTrip.id,
    handed_in: 5000,
  });
  await by('finance').command('approve_settlement', {
    settlement_id: settlement.id,
    counted: 5000,
  });
  await by('dispatcher').command('complete_trip', { trip_id: closedTrip.id });
  // An old month is closed, and somebody posted in it all the same.
  await by('finance').command('close_month', { starts_on: '2020-01-01' });
  await by('owner').command('record_payment', {
    customer_id: first.customer_id,
    method: 'cash',
    amount: 5,
    received_at: '2020-01-05T09:00:00Z',
  });
  const runningTrip = await company.started([done, onTheRoad], 'KDA 101A', 2);
  await company.delivered(done, 1);
  const plannedTrip = await company.planned([third], 'KDB 202B', 4);
  const unsent = await company.allocated('Westlands Wholesalers', 5);
  const van = await by('dispatcher').row('vehicles?registration=eq.KDB%20202B&select=id');
  const plan = await by('dispatcher').command('create_planning_session', {
    warehouse_id: company.depot.id,
    planned_on: '2199-12-30',
    order_ids: [unsent.id],
    vehicle_ids: [van.id],
  });
  await by('dispatcher').command('start_optimization_planning_session', {
    planning_session_id: plan.id,
  });

  // Something came back of what was delivered first, and waits for its credit note; something else is on its way.
  const line = await by('sales').row(`order_items?order_id=eq.${first.id}&select=id`);
  const ask = async () => {
    const asked = await by('sales').command('request_return', {
      customer_id: first['customer_id'],
      reason: 'quality',
      items: [{ order_item_id: line.id, quantity: 1 }],
    });
    return by('manager').command('approve_return', { return_id: asked.id });
  };
  const back = await ask();
  const [item] = await by('warehouse').rows(`return_items?return_id=eq.${back.id}&select=id`);
  await by('warehouse').command('receive_return', {
    return_id: back.id,
    items: [{ return_item_id: item?.id, good: 0, suspect: 1, defective: 0 }],
  });
  await ask();

  // A crate that he has broke at his place.
  const empty = await by('warehouse').row('products?sku=eq.EMP-CRATE24&select=id');
  await by('warehouse').command('write_off_containers', {
    customer_id: first['customer_id'],
    product_id: empty.id,
    quantity: 1,
    reason: 'It fell down the stairs',
    account: 'breakage',
  });

  const damaged = await by('warehouse').row('adjustment_reasons?name=eq.Damaged&select=id');
  const adjustment = await by('warehouse').command('create_adjustment', {
    warehouse_id: company.depot.id,
    reason_id: damaged.id,
    items: [{ product_id: company.cola.id, quantity: -2, condition: 'good' }],
    note: 'Two crates broke in the yard',
  });
  await by('warehouse').command('submit_adjustment', { adjustment_id: adjustment.id });
  await by('owner').ask('/rest/v1/products', {
    body: { sku: 'MILK', name: 'Milk', unit: 'carton', base_price: 100, tracking: 'batch' },
  });
  const milk = await by('owner').row('products?sku=eq.MILK&select=id');
  const found = await by('warehouse').row('adjustment_reasons?name=eq.Found&select=id');
  const receipt = await by('warehouse').command('create_adjustment', {
    warehouse_id: company.depot.id,
    reason_id: found.id,
    items: [
      {
        product_id: milk.id,
        quantity: 40,
        batches: [{ code: 'M-1', quantity: 40, expires_on: '2199-12-31' }],
      },
    ],
  });
  await by('warehouse').command('submit_adjustment', { adjustment_id: receipt.id });
  await by('manager').command('approve_adjustment', { adjustment_id: receipt.id });
  await by('warehouse').command('apply_adjustment', { adjustment_id: receipt.id });
  const serial = await receivePiece(company, found.id);
  const branch = await by('owner').row('warehouses?code=eq.KLF&select=*');
  const transfer = await by('warehouse').command('create_transfer', {
    from_warehouse_id: company.depot.id,
    to_warehouse_id: branch.id,
    items: [{ product_id: company.cola.id, quantity: 8 }],
  });
  await by('warehouse').command('dispatch_transfer', { transfer_id: transfer.id });
  await by('manager').command('receive_part_transfer', {
    transfer_id: transfer.id,
    items: [{ product_id: company.cola.id, quantity: 5 }],
  });
  const refill = await by('warehouse').command('create_refill', {
    warehouse_id: company.depot.id,
    product_id: company.cola.id,
    quantity: 3,
  });
  await by('warehouse').command('start_refill', { refill_id: refill.id });
  await by('owner').ask('/rest/v1/products', {
    body: { sku: 'KIT', name: 'Party kit', unit: 'kit', base_price: 900, composition: 'kit' },
  });
  const kit = await by('owner').row('products?sku=eq.KIT&select=*');
  await by('owner').ask('/rest/v1/product_components', {
    body: { product_id: kit.id, component_id: company.cola.id, quantity: 1 },
  });
  await by('warehouse').command('create_kitting', {
    warehouse_id: company.depot.id,
    product_id: kit.id,
    quantity: 2,
  });
  // The demo day has a count whose differences are known; in this one somebody is counting.
  await by('owner').ask('/rest/v1/warehouses', {
    body: { code: 'SHP', name: 'Shop at the gate', kind: 'shop' },
  });
  const shop = await by('owner').row('warehouses?code=eq.SHP&select=*');
  const me = await by('owner').row('users?email=eq.owner@acme.test&select=id');
  const begun = await by('warehouse').command('create_stock_count', {
    warehouse_id: shop.id,
    counter_ids: [me.id],
    product_ids: [company.cola.id],
  });
  await by('warehouse').command('start_stock_count', { stock_count_id: begun.id });
  const counts = await by('owner').rows('stock_counts?select=*');
  // A file of which one row can be imported and one cannot.
  const headers = ['sku', 'name', 'base_price'];
  const file = await by('manager').command('create_import', {
    target: 'product',
    file_name: 'products.csv',
    format: 'CSV, UTF-8, comma, decimal point, d/m/y',
    headers,
    mapping: Object.fromEntries(headers.map((name) => [name, name])),
  });
  const rows = ['FILE-1', company.cola['sku'] as string].map((sku, index) => ({
    line: index + 2,
    cells: [sku, 'Of a file', '1'],
    values: { sku, name: 'Of a file', base_price: '1' },
  }));
  await by('manager').rpc('stage_import_rows', { import_id: file.id, rows });
  await by('manager').command('check_import', { import_id: file.id });
  await by('owner').command('invite_member', {
    email: 'newcomer@acme.test',
    full_name: 'New Comer',
    role: 'sales',
  });
  const priceList = await by('manager').row('price_lists?select=*&limit=1');
  const promotion = await by('manager').row('promotions?select=*&name=eq.Juice%20week');
  const territory = await by('manager').row('territories?select=*&code=eq.KLF');
  const customer = await company.customer('Java Corner Cafe');
  const template = await by('sales').command('create_order_template', {
    customer_id: customer.id,
    warehouse_id: company.depot.id,
    name: 'Every Monday',
    lines: [{ product_id: company.cola.id, quantity: 10 }],
    weekdays: [1],
  });
  // Somebody who may buy, twice, and two deals of which one has stood too long.
  await by('owner').ask('/rest/v1/teams', { body: { name: 'Nairobi' } });
  await by('owner').ask('/rest/v1/lead_vendors', {
    body: { name: 'Leads Ltd', price_per_lead: 100 },
  });
  for (const first_name of ['Asha', 'Asha Two']) {
    await by('sales').command('create_lead', {
      first_name,
      company_name: 'Asha Stores',
      phone: '0733000777',
      interest: 'Twenty crates a week',
      next_step: 'Ring her',
    });
  }
  for (const title of ['Festival', 'Wedding']) {
    const deal = await by('sales').command('create_deal', {
      title,
      customer_id: customer.id,
      value: 5000,
      expected_close_on: '2099-12-01',
    });
    if (title === 'Wedding') {
      await by('sales').command('set_deal_products', {
        deal_id: deal.id,
        lines: [{ product_id: company.cola.id, quantity: 10 }],
      });
    }
  }
  // Vendors, and what is ordered of one, of which a part has come.
  await by('manager').ask('/rest/v1/vendors', {
    body: { name: 'Mills Ltd', phone: '0733000555', address: 'Industrial Area, Nairobi' },
  });
  const mills = await by('manager').row('vendors?select=id');
  const purchases: Row[] = [];
  for (const isSent of [true, false]) {
    const purchase = await by('warehouse').command('create_purchase_order', {
      vendor_id: mills.id,
      warehouse_id: company.depot.id,
      items: [{ product_id: company.cola.id, quantity: 10, unit_cost: 400 }],
      expected_on: '2099-12-01',
    });
    purchases.push(purchase);
    if (!isSent) break;
    await by('warehouse').command('submit_purchase_order', { purchase_order_id: purchase.id });
    await by('manager').command('approve_purchase_order', { purchase_order_id: purchase.id });
    await by('warehouse').command('receive_part_purchase_order', {
      purchase_order_id: purchase.id,
      items: [{ product_id: company.cola.id, quantity: 4 }],
    });
  }
  // What was spent: one paid back, one a draft.
  const fuel = await by('sales').row('expense_categories?name=eq.Fuel&select=id');
  const expenses: Row[] = [];
  for (const isSent of [true, false]) {
    const expense = await by('sales').command('create_expense', {
      category_id: fuel.id,
      spent_on: '2026-11-02',
      total: 1160,
      tax: 160,
      paid_by: 'person',
      description: 'Round of the customers in Westlands',
    });
    expenses.push(expense);
    if (!isSent) break;
    await by('sales').command('submit_expense', { expense_id: expense.id });
    await by('finance').command('approve_expense', { expense_id: expense.id });
  }
  // What a salesperson earned by a deal, and what he is to reach.
  await by('manager').ask('/rest/v1/commission_plans', {
    body: { name: 'Deals', basis: 'won_deals', rate: 5, valid_from: '2026-01-01' },
  });
  const won = await by('sales').command('create_deal', {
    title: 'Festival',
    customer_id: customer.id,
    value: 12_000,
  });
  await by('sales').command('win_deal', { deal_id: won.id });
  const kpi = await by('manager').row('kpi_definitions?measure=eq.deals_won&select=id');
  await by('manager').ask('/rest/v1/kpi_targets', {
    body: { kpi_id: kpi.id, month: `${new Date().toISOString().slice(0, 7)}-01`, target: 4 },
  });
  // What the company owns: one piece with a plan that was done once, and one with a salesperson.
  const cooler = await by('owner').row('asset_kinds?name=eq.Cooler&select=id');
  const sales = await by('owner').row('memberships?role=eq.sales&select=id:user_id&limit=1');
  const assets: Row[] = [];
  for (const place of [{ warehouse_id: company.depot.id }, { holder_id: sales.id }]) {
    assets.push(
      await by('manager').command('create_asset', {
        name: 'Upright cooler with glass door',
        kind_id: cooler.id,
        cost: 48000,
        bought_on: '2025-02-01',
        warranty_until: '2099-02-01',
        ...place,
      }),
    );
  }
  await by('manager').ask('/rest/v1/maintenance_plans', {
    body: {
      asset_id: assets[0]?.id,
      name: 'Clean the condenser',
      every_days: 90,
      starts_on: '2026-11-01',
    },
  });
  const job = await by('manager').row('maintenance_jobs?status=eq.planned&select=id');
  await by('manager').command('complete_maintenance_job', {
    maintenance_job_id: job.id,
    cost: 900,
  });
  const maintenance = [
    job,
    await by('manager').row('maintenance_jobs?status=eq.planned&select=id'),
  ];
  // What is offered: one that was sent, and the draft of its next version.
  const offered = await by('manager').command('create_proposal', {
    customer_id: customer.id,
    title: 'Crates for the festival',
    valid_until: '2090-01-01',
    lines: [
      {
        product_id: (await by('manager').row('products?sku=eq.COL-300&select=id')).id,
        quantity: 12,
      },
    ],
  });
  await by('manager').command('send_proposal', { proposal_id: offered.id });
  const proposals = [
    offered,
    await by('manager').command('revise_proposal', {
      proposal_id: offered.id,
      valid_until: '2090-01-01',
    }),
  ];
  // What is agreed: a draft that renews itself, and what is to be signed yet.
  const supply = await by('manager').row('contract_kinds?name=eq.Supply&select=id');
  const contracts: Row[] = [];
  for (const renews_months of [12, null]) {
    contracts.push(
      await by('manager').command('create_contract', {
        title: 'Crates for the season',
        kind_id: supply.id,
        customer_id: customer.id,
        starts_on: '2026-01-01',
        ends_on: '2027-12-31',
        notice_days: 30,
        renews_months,
        value: 5000,
        value_per: 'month',
      }),
    );
  }
  // What is wrong: nobody's yet, and one that was resolved.
  const wrong = await by('manager').row('ticket_categories?name=eq.Delivery&select=id');
  const tickets: Row[] = [];
  for (const subject of ['Crates came wet', 'The delivery came after closing']) {
    tickets.push(
      await by('manager').command('create_ticket', {
        subject,
        category_id: wrong.id,
        customer_id: customer.id,
        priority: 'high',
        description: 'The customer rang at noon.',
      }),
    );
  }
  await by('manager').command('resolve_ticket', {
    ticket_id: tickets[1]?.id,
    resolution: 'Came again in the morning',
  });
  // Who is to be there this week, and who is away.
  await by('manager').ask('/rest/v1/shifts', {
    body: {
      person_id: sales.id,
      warehouse_id: company.depot.id,
      starts_at: new Date(Math.floor(Date.now() / 3_600_000) * 3_600_000).toISOString(),
      ends_at: new Date(Math.floor(Date.now() / 3_600_000 + 8) * 3_600_000).toISOString(),
    },
  });
  const leave = await by('sales').command('create_leave_request', {
    from_on: '2099-12-01',
    until_on: '2099-12-05',
    note: 'A wedding at home',
  });
  // Somebody who can be booked, and what is booked with him.
  await by('owner').ask('/rest/v1/appointment_types', { body: { name: 'Tasting' } });
  const type = await by('owner').row('appointment_types?select=id');
  await by('owner').ask('/rest/v1/availability', {
    body: { weekday: 1, opens: '08:00', closes: '12:00' },
  });
  await by('owner').ask('/rest/v1/availability_exceptions', { body: { day: '2099-12-24' } });
  await by('owner').command('create_appointment', {
    type_id: type.id,
    starts_at: new Date(Math.ceil(Date.now() / 3_600_000) * 3_600_000).toISOString(),
    customer_id: customer.id,
    notes: 'Brings samples',
  });
  // Two doors: at one somebody was, and wants to be left alone until a day; the other is somebody's today.
  for (const address of ['Moi Avenue 1', 'Moi Avenue 2']) {
    await by('manager').ask('/rest/v1/doors', {
      body: { address, territory_id: territory.id, latitude: -1.28, longitude: 36.82, note: 'Dog' },
    });
  }
  await by('owner').command('next_doors', { territory_id: territory.id });
  const door = await by('owner').row('doors?select=id&address=eq.Moi%20Avenue%201');
  const talked = await by('owner').row('door_outcomes?select=id&kind=eq.talk');
  await by('owner').command('visit_door', {
    door_id: door.id,
    outcome_id: talked.id,
    latitude: -1.29,
    longitude: 36.82,
    note: 'Asked for prices',
  });
  await by('manager').command('forbid_door', {
    door_id: door.id,
    reason: 'They are travelling',
    until: '2099-12-24',
  });
  // What is kept with the delivered order, and something that was to be done yesterday.
  await by('owner').ask('/rest/v1/tags', { body: { name: 'Festival', colour: 'amber' } });
  const tag = await by('owner').row('tags?select=id');
  const settings = await by('owner').row('tenant_settings?select=id:tenant_id');
  const about = { document_kind: 'order', document_id: delivered.id };
  await by('sales').command('add_tag', { ...about, tag_id: tag.id });
  await by('owner').ask(`/rest/v1/tenant_settings?tenant_id=eq.${settings.id}`, {
    method: 'PATCH',
    body: {
      type_definitions: {
        fields: {
          order: [{ key: 'gate', label: 'Gate', kind: 'choice', options: ['North', 'South'] }],
        },
      },
    },
  });
  await by('sales').command('set_own_fields', { ...about, fields: { gate: 'North' } });
  await by('sales').command('create_task', {
    ...about,
    title: 'Ask about the broken bottles',
    details: 'Two crates had some.',
    assignee_id: me.id,
    due_on: new Date(Date.now() - 48 * 3600 * 1000).toISOString().slice(0, 10),
    priority: 'urgent',
  });
  return {
    company,
    customer,
    product: company.cola,
    draft,
    delivered,
    invoice,
    onTheRoad,
    runningTrip,
    plannedTrip,
    priceList,
    promotion,
    purchases,
    expenses,
    assets,
    maintenance,
    leave,
    tickets,
    contracts,
    proposals,
    territory,
    door,
    template,
    serial,
    counts,
  };
}

/** A cylinder that came in and is known by its number. */
async function receivePiece(company: Company, reason: unknown): Promise<Row> {
  const by = (role: string) => company.by(role);
  await by('owner').ask('/rest/v1/products', {
    body: { sku: 'CYL', name: 'Cylinder', unit: 'cylinder', base_price: 100, tracking: 'serial' },
  });
  const cylinder = await by('owner').row('products?sku=eq.CYL&select=id');
  const receipt = await by('warehouse').command('create_adjustment', {
    warehouse_id: company.depot.id,
    reason_id: reason,
    items: [{ product_id: cylinder.id, quantity: 1 }],
  });
  await by('warehouse').command('scan_serials', {
    document_type: 'adjustment',
    document_id: receipt.id,
    codes: ['KE-1001'],
    product_id: cylinder.id,
  });
  await by('warehouse').command('submit_adjustment', { adjustment_id: receipt.id });
  await by('manager').command('approve_adjustment', { adjustment_id: receipt.id });
  await by('warehouse').command('apply_adjustment', { adjustment_id: receipt.id });
  return by('manager').row('serials?code=eq.KE-1001&select=id');
}
