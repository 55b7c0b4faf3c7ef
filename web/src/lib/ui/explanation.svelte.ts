import { type Figure, FIGURES } from '#lib/figures.ts';
import { session } from '#lib/platform/session.svelte.ts';

/** A figure that the database can take apart (`explain_figure`), in base units or in money. */
export interface Explained {
  figure: Figure;
  /** The record that it is of. */
  id: string;
}

/** Whether the reader may know of what it is made: all rights that the database asks for. */
export const isExplained = ({ figure }: Explained): boolean =>
  FIGURES[figure].permissions.every((permission) => session.can(permission));

/** The figure that somebody asked about last, with what the page calls it; the layout shows its rows. */
class Explanation {
  asked = $state.raw<(Explained & { label: string }) | null>(null);

  ask(label: string, figure: Explained): void {
    this.asked = { ...figure, label };
  }
}

export const explanation = new Explanation();
