import type { Enums } from '#lib/database.types.ts';
import { type Figure, FIGURES } from '#lib/figures.ts';
import { session } from '#lib/platform/session.svelte.ts';

/** A figure of a record that the database can take apart (`explain_figure`), in base units or in money. */
export interface ExplainedFigure {
  figure: Figure;
  /** The record that it is of. */
  id: string;
}

/** What somebody, a team or (without a subject) the company did from a day to another (`explain_kpi`). */
export interface ExplainedKpi {
  measure: Enums<'kpi_measure'>;
  since: string;
  until: string;
  subject: string | undefined;
  isQuantity: boolean;
}

export type Explained = ExplainedFigure | ExplainedKpi;

/** Whether the reader may know of what it is made: all rights that the database asks for. */
export const isExplained = (asked: Explained): boolean =>
  'measure' in asked
    ? session.can('kpis.view')
    : FIGURES[asked.figure].permissions.every((permission) => session.can(permission));

/** Whether it is counted in base units or pieces, not in money. */
export const isCounted = (asked: Explained): boolean =>
  'measure' in asked ? asked.isQuantity : FIGURES[asked.figure].isQuantity;

/** The figure that somebody asked about last, with what the page calls it; the layout shows its rows. */
class Explanation {
  asked = $state.raw<(Explained & { label: string }) | null>(null);

  ask(label: string, figure: Explained): void {
    this.asked = { ...figure, label };
  }
}

export const explanation = new Explanation();
