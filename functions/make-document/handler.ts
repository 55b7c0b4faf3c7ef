import { z } from 'zod';
import { LANGUAGES, languageOf } from '../../web/src/lib/languages.ts';
import { makePaper, type Paper, PAPERS } from '../../web/src/lib/paper/make.ts';
import type { Database } from '../_shared/database.ts';
import { passOn, readInput, refuse } from '../_shared/input.ts';

const inputSchema = z.object({
  paper: z.enum(PAPERS),
  id: z.uuid(),
  /** Days of a statement. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  language: z.enum(LANGUAGES.map(({ value }) => value)).optional(),
});

export interface Dependencies {
  /** With the rights of whoever called. */
  databaseAs(token: string): Database;
  toPdf(definition: Paper['definition']): Promise<Uint8Array<ArrayBuffer>>;
  portalUrl: string;
}

/**
 * A document as PDF, named by its title and number, as the caller may see it: what is of another company is not
 * there. In the language of its customer, papers of the house in that of `Accept-Language`; `language` overrules both.
 */
export async function handle(request: Request, dependencies: Dependencies): Promise<Response> {
  const { databaseAs, toPdf, portalUrl } = dependencies;
  const input = await readInput(request, inputSchema);
  if (input === null) {
    return refuse(
      422,
      'input_invalid',
      `Send {"paper": "${PAPERS.join('" | "')}", "id": "<uuid>"}; a statement may have "from" and "to" (YYYY-MM-DD), every paper a "language" (en, sw).`,
    );
  }
  const caller = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  try {
    const paper = await makePaper(databaseAs(caller), {
      ...input,
      reader: languageOf(request.headers.get('accept-language')) ?? 'en',
      origin: portalUrl,
    });
    if (paper === null) {
      return refuse(404, 'record_not_found', 'It may belong to another company, or not be there.');
    }
    const name = encodeURIComponent(paper.name);
    return new Response(await toPdf(paper.definition), {
      headers: {
        'content-type': 'application/pdf',
        'content-disposition': `attachment; filename*=UTF-8''${name}`,
        'cache-control': 'private, no-store',
      },
    });
  } catch (error) {
    return passOn(error, 'Check what you may see, and the days of a statement.');
  }
}
