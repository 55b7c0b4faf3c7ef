/** The control unit of a company, as the authority knows it. */
export interface Device {
  pin: string;
  branch: string;
  control_unit: string;
  key: string;
}

/** A sale or a credit, in the company's currency and with its tax. */
export interface TaxDocument {
  kind: 'invoice' | 'credit_note';
  /** By which the authority knows it. */
  number: number;
  /** The sale that is credited. */
  original: number | null;
  /** What the company calls it. */
  name: string;
  /** YYYY-MM-DD. */
  issued_on: string;
  buyer: { name: string | null; pin: string | null };
  lines: TaxLine[];
}

export interface TaxLine {
  sku: string;
  name: string;
  unit: string;
  quantity: number;
  /** With its tax. */
  amount: number;
  tax: number;
  /** Percents of the taxes on it; none: exempt. */
  rates: number[];
}

/** What is printed, and where the authority shows it. */
export interface Receipt {
  control_unit: string;
  number: number;
  signature: string;
  internal_data: string;
  /** ISO 8601. */
  signed_at: string;
  link: string;
}

export type FailureKey =
  'tax_rate_unknown' | 'tax_refused' | 'tax_device_refused' | 'tax_unreachable' | 'tax_unwell';

/** Why there is no receipt. */
export class TaxFailure extends Error {
  override name = 'TaxFailure';
  readonly key: FailureKey;
  /** Nothing but a person helps. */
  readonly isFinal: boolean;

  constructor(key: FailureKey, message: string, isFinal: boolean) {
    super(message);
    this.key = key;
    this.isFinal = isFinal;
  }
}

/** A tax authority that signs documents as they are issued. One per country. */
export interface TaxAuthority {
  /** The receipt of a document that it took before, null where it knows none. Throws {@link TaxFailure}. */
  find(device: Device, document: TaxDocument): Promise<Receipt | null>;
  /**
   * Tells a document. Told under a number that was taken before, it answers with that receipt and makes no
   * second one. Throws {@link TaxFailure}.
   */
  submit(device: Device, document: TaxDocument): Promise<Receipt>;
}
