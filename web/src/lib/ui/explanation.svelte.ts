/** A figure that the database can take apart (`explain_figure`). */
export interface Explained {
  figure: string;
  /** The record that it is of. */
  id: string;
  /** Base units instead of money. */
  isQuantity?: boolean;
}

/** The figure that somebody asked about last, with what the page calls it; the layout shows its rows. */
class Explanation {
  asked = $state.raw<(Explained & { label: string }) | null>(null);

  ask(label: string, figure: Explained): void {
    this.asked = { ...figure, label };
  }
}

export const explanation = new Explanation();
