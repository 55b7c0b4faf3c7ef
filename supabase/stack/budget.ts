/** How many requests of one kind run together, and how many of them may be one company's. */
export interface Shares {
  slots: number;
  perCompany: number;
  perAccount: number;
}

/** Who is charged for a request. Who is not signed in is charged by his address. */
export interface Payer {
  company: string;
  account: string;
}

/** How many requests of a company, and of one account, may wait; each costs memory. */
const MAX_WAITING = 100;
const MAX_WAITING_ACCOUNT = 60;
const MAX_WAIT_MS = 5000;
/** Time that a company has used counts half after this long. */
const HALF_LIFE_MS = 10_000;

interface Waiting {
  payer: Payer;
  isWanted: () => boolean;
  start: () => void;
}

interface Account {
  running: number;
  waiting: Waiting[];
}

interface Company {
  running: number;
  waiting: number;
  /** Milliseconds of work, fading. */
  used: number;
  usedAt: number;
  accounts: Map<string, Account>;
}

/**
 * Takes requests in turn. A company never has all slots, so that another one always finds a free one or
 * waits for a short request at most; of those that wait, the company that has used least time comes
 * first, and in it the account with the fewest requests under way.
 */
export class Budget {
  readonly #shares: Shares;
  readonly #now: () => number;
  readonly #companies = new Map<string, Company>();
  #running = 0;

  constructor(shares: Shares, now: () => number = () => performance.now()) {
    this.#shares = shares;
    this.#now = now;
  }

  /**
   * @param isWanted whether anybody still waits for the answer
   * @returns what has to be called when the work is done, or null when there is no room: too many wait
   *   already, or the wait was longer than five seconds
   */
  enter(payer: Payer, isWanted: () => boolean = () => true): Promise<(() => void) | null> {
    const company = this.#companyOf(payer.company);
    const account = accountOf(company, payer.account);
    if (account.waiting.length === 0 && this.#hasRoom(company, account)) {
      return Promise.resolve(this.#begin(payer, company, account));
    }
    if (company.waiting >= MAX_WAITING || account.waiting.length >= MAX_WAITING_ACCOUNT) {
      return Promise.resolve(null);
    }
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        account.waiting.splice(account.waiting.indexOf(waiting), 1);
        company.waiting -= 1;
        resolve(null);
        this.#forget(payer.company);
      }, MAX_WAIT_MS);
      const waiting: Waiting = {
        payer,
        isWanted,
        start: () => {
          clearTimeout(timer);
          company.waiting -= 1;
          resolve(isWanted() ? this.#begin(payer, company, account) : null);
        },
      };
      account.waiting.push(waiting);
      company.waiting += 1;
    });
  }

  #companyOf(name: string): Company {
    let company = this.#companies.get(name);
    if (!company) {
      company = { running: 0, waiting: 0, used: 0, usedAt: this.#now(), accounts: new Map() };
      this.#companies.set(name, company);
    }
    return company;
  }

  #hasRoom(company: Company, account: Account): boolean {
    const { slots, perCompany, perAccount } = this.#shares;
    return this.#running < slots && company.running < perCompany && account.running < perAccount;
  }

  #begin(payer: Payer, company: Company, account: Account): () => void {
    const begun = this.#now();
    this.#running += 1;
    company.running += 1;
    account.running += 1;
    return () => {
      this.#running -= 1;
      company.running -= 1;
      account.running -= 1;
      company.used = this.#usedBy(company) + this.#now() - begun;
      this.#serveNext();
      this.#forget(payer.company);
    };
  }

  #usedBy(company: Company): number {
    const now = this.#now();
    company.used *= 0.5 ** ((now - company.usedAt) / HALF_LIFE_MS);
    company.usedAt = now;
    return company.used;
  }

  #serveNext(): void {
    while (this.#running < this.#shares.slots) {
      const next = this.#next();
      if (!next) return;
      next.waiting.shift()?.start();
    }
  }

  #next(): Account | null {
    let best: { account: Account; used: number } | null = null;
    for (const company of this.#companies.values()) {
      if (company.waiting === 0) continue;
      const used = this.#usedBy(company);
      if (best && best.used <= used) continue;
      const account = [...company.accounts.values()]
        .filter((it) => it.waiting.length > 0 && this.#hasRoom(company, it))
        .toSorted((one, other) => one.running - other.running)[0];
      if (account) best = { account, used };
    }
    return best?.account ?? null;
  }

  /** What nobody uses is not kept, but how much time a company has used until that has faded. */
  #forget(name: string): void {
    const company = this.#companies.get(name);
    if (!company) return;
    for (const [key, { running, waiting }] of company.accounts) {
      if (running === 0 && waiting.length === 0) company.accounts.delete(key);
    }
    if (this.#companies.size < 1000) return;
    for (const [key, it] of this.#companies) {
      if (it.accounts.size === 0 && this.#usedBy(it) < 100) this.#companies.delete(key);
    }
  }
}

function accountOf(company: Company, name: string): Account {
  let account = company.accounts.get(name);
  if (!account) company.accounts.set(name, (account = { running: 0, waiting: [] }));
  return account;
}
