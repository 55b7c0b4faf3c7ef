import { PortalError } from '#lib/errors.ts';
import type { Span } from '#lib/paper/kind.ts';
import type { PaperName } from '#lib/paper/make.ts';
import { readRows } from '#lib/platform/command.ts';
import { download } from '#lib/platform/spreadsheet.ts';
import { language, m, terms } from '#lib/words.ts';

export type { PaperName, Span };

const NAMES: Record<PaperName, () => string> = {
  order_confirmation: () => m.order_confirmation(terms),
  pick_list: m.pick_list,
  delivery_note: m.delivery_note,
  load_sheet: m.load_sheet,
  invoice: () => m.invoice(terms),
  credit_note: m.credit_note,
  proposal: m.label_proposal,
  receipt: m.receipt,
  statement: m.statement_of_account,
};

export const paperName = (paper: PaperName): string => NAMES[paper]();

/** The file of a paper, made here; what makes it comes when it is needed. @throws PortalError */
async function fileOf(paper: PaperName, id: string, span: Span): Promise<File> {
  const [{ makePaper }, { toPdf }] = await Promise.all([
    import('#lib/paper/make.ts'),
    import('#lib/paper/pdf.ts'),
  ]);
  const wish = { ...span, paper, id, reader: language, origin: location.origin };
  const made = await makePaper({ read: readRows }, wish);
  if (made === null) {
    throw new PortalError({
      key: 'record_not_found',
      status: 404,
      message: m.there_is_no_such_noun({ noun: paperName(paper) }),
      hint: m.it_may_belong_to_another_company_or(),
    });
  }
  return new File([await toPdf(made.definition)], made.name, { type: 'application/pdf' });
}

/** Whether the device has its own way to pass files on, as phones do. */
const shares = (file: File) =>
  matchMedia('(pointer: coarse)').matches && navigator.canShare?.({ files: [file] });

/**
 * Makes a paper and passes it on.
 * @returns the name of the file; null where the reader thought better of it
 * @throws PortalError
 */
export async function handOver(paper: PaperName, id: string, span: Span): Promise<string | null> {
  const file = await fileOf(paper, id, span);
  if (shares(file)) {
    try {
      await navigator.share({ files: [file], title: file.name });
      return file.name;
    } catch (cause) {
      if ((cause as DOMException).name === 'AbortError') return null;
      // The browser did not let it, for instance because making it took long: it is a file then.
    }
  }
  download(file, file.name);
  return file.name;
}
