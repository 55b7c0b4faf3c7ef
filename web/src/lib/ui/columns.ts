import type { Figure } from '#lib/figures.ts';
import { dateTime, day, money, quantity } from '#lib/platform/format.ts';
import { m } from '#lib/words.ts';

/** A column of a DataTable; the first one names the record and links to it. */
export interface Column<Row> {
  key: string;
  label: string;
  value: (row: Row) => string | null;
  /** The column of the figure behind the text, for those who go on calculating with it. */
  figure?: keyof Row & string;
  /** A small picture before the text, as a data URL; an empty frame where there is none. */
  picture?: (row: Row) => string | null;
  /** Its figures can be added up, and the list says what all of them come to. */
  adds?: boolean;
  /** The figure of the row that it is: who may know of what it is made, is shown that on a click. */
  explain?: Figure;
  /** Database column to sort by; without it the head is plain text. */
  sort?: string;
  kind?: 'text' | 'tag' | 'status';
  /** What can be typed into it, where its database column may be written; the value is in `edits`. */
  edit?: 'text' | 'money' | 'quantity' | 'choice' | 'day';
  /** What can be chosen, where that is edited; an empty value is nothing. */
  choices?: () => readonly { value: string; label: string }[];
  /** Database column that is edited, where it is not the key. */
  edits?: string;
  /** Right-aligned figures. */
  end?: boolean;
  /** Secondary text. */
  quiet?: boolean;
  /** Not shown until the user chooses it. */
  hidden?: boolean;
  /**
   * Where it stands on the card that a row becomes on a phone: in the second line, as the figure at
   * its right (an amount of money says what it is, a count needs its label), or below without its
   * label because it speaks for itself. Otherwise below with it.
   */
  phone?: 'lead' | 'figure' | 'count' | 'plain' | 'none';
}

type Key<Row> = keyof Row & string;
type More<Row> = Partial<Column<Row>>;
/** What a column holds, whatever the type of the row says of it. */
const held = <Row, Value>(row: Row, key: Key<Row>) => row[key] as Value | null;

/** A column of amounts of money, which are added up. */
export function moneyColumn<Row>(key: Key<Row>, label: string, more?: More<Row>): Column<Row> {
  return {
    key,
    label,
    value: (row) => {
      const amount = held<Row, number>(row, key);
      return amount === null ? null : money(amount);
    },
    figure: key,
    adds: true,
    end: true,
    ...more,
  };
}

/** A column of quantities. They are of different things, and are not added up unless it says so. */
export function quantityColumn<Row>(key: Key<Row>, label: string, more?: More<Row>): Column<Row> {
  return {
    key,
    label,
    value: (row) => quantity(held<Row, number>(row, key)),
    figure: key,
    end: true,
    ...more,
  };
}

/** A column of moments, in the clock of the company. */
export function momentColumn<Row>(key: Key<Row>, label: string, more?: More<Row>): Column<Row> {
  return {
    key,
    label,
    value: (row) => dateTime(held<Row, string>(row, key)),
    sort: key,
    quiet: true,
    ...more,
  };
}

/** A column of days. */
export function dayColumn<Row>(key: Key<Row>, label: string, more?: More<Row>): Column<Row> {
  return {
    key,
    label,
    value: (row) => {
      const date = held<Row, string>(row, key);
      return date === null ? null : day(date);
    },
    ...more,
  };
}

/** A column of numbers and codes, as people call records by. */
export function tagColumn<Row>(key: Key<Row>, label: string, more?: More<Row>): Column<Row> {
  return { key, label, value: (row) => held<Row, string>(row, key), kind: 'tag', ...more };
}

/** The state of a document. */
export function stateColumn<Row extends { status: string }>(): Column<Row> {
  return {
    key: 'status',
    label: m.status(),
    value: (row) => row.status,
    kind: 'status',
    sort: 'status',
  };
}

/** For records that are retired, never deleted. */
export function inUseColumn<Row extends { is_active: boolean }>(): Column<Row> {
  return {
    key: 'active',
    label: m.state(),
    value: (row) => (row.is_active ? 'active' : 'retired'),
    kind: 'status',
  };
}

/** A column of what a row leads to, such as the name of its customer. */
export function relatedColumn<Row>(
  relation: Key<Row>,
  field: string,
  label: string,
  more?: More<Row>,
): Column<Row> {
  return {
    key: `${relation}_${field}`,
    label,
    value: (row) => held<Row, Record<string, string | null>>(row, relation)?.[field] ?? null,
    ...(field === 'name' ? {} : { kind: 'tag' as const }),
    ...more,
  };
}
