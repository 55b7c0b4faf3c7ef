import type {
  Column,
  Content,
  Style,
  TableCell,
  TDocumentDefinitions,
} from 'pdfmake/interfaces.js';
import type { Desk, Seller } from './desk.ts';
import type { Sheet, Sum, Table } from './sheet.ts';

const INK = '#1c2024';
const SOFT = '#60646c';
const LINE = '#d9d9e0';
const SHADE = '#f3f4f6';
const MARGIN = 40;
/** Text, head and figures of a table, in points. */
const SMALL = 8;

/** A word longer than this is broken wherever its line ends. */
const LONGEST_WORD = 28;
const breaking = (text: string) =>
  text.split(/\s/).some((word) => word.length > LONGEST_WORD)
    ? ({ text, wordBreak: 'break-all' } as const)
    : { text };

const label = (text: string): Content => ({ text, color: SOFT, fontSize: SMALL });

function sellerBlock(seller: Seller, hasLogo: boolean): Column {
  return {
    width: '*',
    stack: [
      ...(hasLogo ? [{ image: 'logo', fit: [180, 56] as [number, number], margin: 4 }] : []),
      { ...breaking(seller.legal_name ?? ''), bold: true, fontSize: 12 },
      ...[seller.postal_address, seller.contact_line, seller.tax_numbers]
        .filter((text) => text !== null && text !== undefined)
        .map((text): Content => ({ ...breaking(text), color: SOFT })),
    ],
  };
}

function titleBlock(sheet: Sheet): Column {
  return {
    width: 190,
    stack: [
      { ...breaking(sheet.title), bold: true, fontSize: 16 },
      { ...breaking(sheet.number), fontSize: 11 },
      ...(sheet.stamp ? [{ text: sheet.stamp, bold: true, fontSize: 11, color: '#b3261e' }] : []),
      {
        margin: [0, 6, 0, 0],
        layout: 'noBorders',
        table: {
          widths: [70, '*'],
          body: sheet.facts.map((fact) => [label(fact.label), breaking(fact.value)]),
        },
      },
    ],
  };
}

function toBlock(to: NonNullable<Sheet['to']>): Content {
  const [name = '', ...lines] = to.lines.filter((line): line is string => !!line);
  return {
    margin: [0, 16, 0, 0],
    stack: [
      label(to.heading),
      { ...breaking(name), bold: true },
      ...lines.map((line): Content => breaking(line)),
    ],
  };
}

function tableBlock({ heading, columns, rows }: Table): Content[] {
  const cell = (text: string, index: number, look: Style = {}): TableCell => ({
    ...breaking(text),
    ...look,
    ...(columns[index]?.isFigure ? { alignment: 'right', noWrap: true } : {}),
  });
  const head: Style = { bold: true, fontSize: SMALL, fillColor: SHADE };
  // The first words of a row take the room that its figures leave.
  const texts = columns.filter(({ isFigure, label: name }) => !isFigure && name !== '').length;
  const widths = columns.map(({ isFigure, label: name }, index) =>
    isFigure || name === '' || (texts > 1 && index === 0) ? 'auto' : '*',
  );
  return [
    ...(heading ? [{ text: heading, bold: true, margin: [0, 14, 0, 0] } as Content] : []),
    {
      margin: [0, heading ? 4 : 16, 0, 0],
      layout: 'lines',
      table: {
        headerRows: 1,
        dontBreakRows: true,
        keepWithHeaderRows: 1,
        widths,
        body: [
          columns.map((column, index) => cell(column.label, index, head)),
          ...rows.map((row) => row.map((text, index) => cell(text, index))),
        ],
      },
    },
  ];
}

function sumsBlock(sums: Sum[]): Content {
  return {
    margin: [0, 8, 0, 0],
    unbreakable: true,
    columns: [
      { width: '*', text: '' },
      {
        width: 'auto',
        layout: 'noBorders',
        table: {
          widths: ['auto', 'auto'],
          body: sums.map(({ label: name, value, total }) => [
            { text: name, alignment: 'right', margin: [0, 0, 16, 0], bold: !!total },
            { text: value, alignment: 'right', noWrap: true, bold: !!total },
          ]),
        },
      },
    ],
  };
}

function block(heading: string, texts: (string | null | undefined)[]): Content[] {
  const said = texts.filter((text): text is string => !!text);
  if (said.length === 0) return [];
  return [
    {
      margin: [0, 14, 0, 0],
      unbreakable: true,
      stack: [label(heading), ...said.map((text): Content => breaking(text))],
    },
  ];
}

function taxedBlock({ taxed }: Sheet): Content[] {
  if (!taxed) return [];
  return [
    {
      margin: [0, 14, 0, 0],
      unbreakable: true,
      columnGap: 12,
      columns: [
        { width: 64, qr: taxed.link, fit: 64, eccLevel: 'M' },
        {
          width: '*',
          stack: [label(taxed.heading), ...taxed.lines.map((text): Content => breaking(text))],
        },
      ],
    },
  ];
}

function signBlock({ signs = [], signature }: Sheet): Content[] {
  if (signs.length === 0) return [];
  return [
    {
      margin: [0, 28, 0, 0],
      unbreakable: true,
      columnGap: 24,
      columns: signs.map((who): Column => ({
        width: 200,
        stack: [
          ...(signature ? [{ image: 'signature', fit: [180, 60] as [number, number] }] : []),
          {
            canvas: [
              {
                type: 'line',
                x1: 0,
                y1: signature ? 0 : 28,
                x2: 200,
                y2: signature ? 0 : 28,
                lineColor: SOFT,
                lineWidth: 0.5,
              },
            ],
          },
          { ...breaking(who), margin: [0, 3, 0, 0] },
        ],
      })),
    },
  ];
}

/** How a paper looks: A4, with as many pages as it needs, its table's head on each. */
export function layOut(
  sheet: Sheet,
  desk: Desk,
  { seller, link }: { seller: Seller; link: string },
): TDocumentDefinitions {
  const { say } = desk;
  const { logo } = desk.company;
  const name = [sheet.title, sheet.number].filter(Boolean).join(' ');
  return {
    info: { title: name, author: seller.legal_name ?? '' },
    language: desk.language,
    pageSize: 'A4',
    pageMargins: [MARGIN, MARGIN, MARGIN, 48],
    defaultStyle: { fontSize: 9, color: INK, lineHeight: 1.15 },
    images: { ...(logo && { logo }), ...(sheet.signature && { signature: sheet.signature }) },
    content: [
      {
        columnGap: 16,
        columns: [
          sellerBlock(seller, logo !== null),
          titleBlock(sheet),
          { width: 76, qr: link, fit: 76, eccLevel: 'M', alignment: 'right' },
        ],
      },
      ...(sheet.to ? [toBlock(sheet.to)] : []),
      ...sheet.tables.slice(0, 1).flatMap(tableBlock),
      ...(sheet.sums ? [sumsBlock(sheet.sums)] : []),
      ...sheet.tables.slice(1).flatMap(tableBlock),
      ...taxedBlock(sheet),
      ...block(say('notes'), [sheet.notes]),
      ...(sheet.pays
        ? block(say('how_to_pay'), [
            seller.mpesa_till &&
              say('m_pesa_till_or_paybill_mpesa_till', { mpesa_till: seller.mpesa_till }),
            seller.bank_details,
          ])
        : []),
      ...(sheet.binds ? block(say('terms_of_sale'), [seller.document_terms]) : []),
      ...signBlock(sheet),
    ],
    footer: (page, pages) => ({
      margin: [MARGIN, 16, MARGIN, 0],
      fontSize: SMALL,
      color: SOFT,
      columns: [
        { width: '*', text: `${seller.legal_name ?? ''} · ${name}` },
        {
          width: 'auto',
          text: say('page_of', { page: String(page), pages: String(pages) }),
        },
      ],
    }),
  };
}

/** Only lines between rows. */
export const LAYOUTS = {
  lines: {
    hLineWidth: (row: number, { table }: { table: { body: unknown[] } }) =>
      row === 0 || row === table.body.length ? 0 : 0.5,
    vLineWidth: () => 0,
    hLineColor: () => LINE,
    paddingLeft: () => 5,
    paddingRight: () => 5,
    paddingTop: () => 3,
    paddingBottom: () => 3,
  },
};
