import type { PortalError } from '#lib/errors.ts';

/**
 * A session that ran out while somebody was at work. Whoever meets it waits here while the person signs
 * in again where he stands, and then sends the same thing once more: nothing on the page is lost.
 */
class SignedOut {
  /** `asking` shows the sign-in; `later` is a person who would rather not now. */
  state = $state<'no' | 'asking' | 'later'>('no');
  #isShown = false;
  #waiting: ((isBack: boolean) => void)[] = [];

  /** Begins to ask in place; the pages before the sign-in never do. Returns what ends it. */
  watch(): () => void {
    this.#isShown = true;
    return () => {
      this.#isShown = false;
      this.answer(false);
      this.state = 'no';
    };
  }

  /** Whether the failure is the end of the session, and the person is back after it. */
  async isOver(failure: PortalError): Promise<boolean> {
    if (failure.key !== 'session_expired' && failure.key !== 'not_signed_in') return false;
    if (!this.#isShown || this.state === 'later') return false;
    this.state = 'asking';
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Tells everybody who waits whether the person signed in again. */
  answer(isBack: boolean): void {
    this.state = isBack ? 'no' : 'later';
    for (const go of this.#waiting.splice(0)) go(isBack);
  }
}

export const signedOut = new SignedOut();
