import type { Tables } from '../database.types.ts';
import { DOCUMENTS } from '../documents.ts';
import type { Language } from '../languages.ts';
import { type Kind, readOne } from './kind.ts';
import { addressee, inUnits, named } from './parts.ts';

type Proposal = Pick<
  Tables<'proposals'>,
  | 'number'
  | 'status'
  | 'is_standing'
  | 'revision'
  | 'valid_until'
  | 'currency'
  | 'subtotal'
  | 'tax_total'
  | 'total'
  | 'notes'
  | 'created_at'
  | 'sent_at'
> & {
  deals: {
    title: string;
    customers: { name: string; tax_id: string | null; language: Language | null } | null;
  } | null;
  proposal_items: Pick<
    Tables<'proposal_items'>,
    'product_sku' | 'product_name' | 'unit' | 'quantity' | 'unit_price' | 'tax_rate' | 'line_net'
  >[];
};

const PROPOSAL =
  'proposals?select=number,status,is_standing,revision,valid_until,currency,subtotal,tax_total,total,notes,created_at,sent_at,' +
  'deals(title,customers(name,tax_id,language)),' +
  'proposal_items(product_sku,product_name,unit,quantity,unit_price,tax_rate,line_net)' +
  '&proposal_items.order=line_number';

/** What a customer is offered, and until when; stamped with its state unless it stands. */
export const proposal: Kind<Proposal> = {
  read: (door, id) => readOne<Proposal>(door, PROPOSAL, id),
  languageOf: (offer) => offer.deals?.customers?.language ?? null,
  currencyOf: (offer) => offer.currency,
  pageOf: (id) => `${DOCUMENTS.proposal.page}/${id}`,
  write: (offer, desk) => {
    const { say, money, amount, day } = desk;
    return {
      title: say('label_proposal'),
      number: offer.number,
      stamp: offer.is_standing ? null : desk.stateName(offer.status),
      to: addressee(say('customer'), desk, null, { ...offer.deals?.customers }),
      facts: [
        { label: say('date'), value: day(offer.sent_at ?? offer.created_at) },
        { label: say('valid_until'), value: day(offer.valid_until) },
        { label: say('label_revision'), value: String(offer.revision) },
      ],
      tables: [
        {
          heading: offer.deals?.title ?? '',
          columns: [
            { label: say('product') },
            { label: say('quantity'), isFigure: true },
            { label: say('price'), isFigure: true },
            { label: say('tax'), isFigure: true },
            { label: say('amount'), isFigure: true },
          ],
          rows: offer.proposal_items.map((item) => [
            named(item.product_name, item.product_sku),
            inUnits(desk, item.quantity, item.unit),
            amount(item.unit_price),
            `${desk.quantity(item.tax_rate)} %`,
            amount(item.line_net),
          ]),
        },
      ],
      sums: [
        { label: say('goods'), value: money(offer.subtotal) },
        { label: say('tax'), value: money(offer.tax_total) },
        { label: say('total'), value: money(offer.total), total: true },
      ],
      notes: offer.notes,
      binds: true,
    };
  },
};
