import { createHash, randomBytes } from "node:crypto";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { makePrivateFile } from "@gatehouse/demo-sites/private-file";

/** Maximum quantity of one product in a cart. */
export const LARGEST_QUANTITY = 99;

/** Lifetime of an anonymous cart after its last change. */
export const ANONYMOUS_CART_DAYS = 30;

/** Owner of a cart: a browser without a session, by its cookie's token, or a user, by the stable id. */
export type CartOwner = { readonly browser: string } | { readonly person: string };

export interface CartLine {
  readonly product: string;
  readonly quantity: number;
}

/**
 * The shop's carts, stored by the shop and not in the hub's database. The file has only hashes of browsers' tokens, so a
 * copy of it opens no cart.
 */
export interface CartStore {
  read(owner: CartOwner): readonly CartLine[];
  /**
   * Adds to a line, up to `LARGEST_QUANTITY`.
   *
   * @returns the cart's owner: a browser with an unknown token gets a new one, because the old one may be planted
   */
  add(owner: CartOwner, product: string, quantity: number): CartOwner;
  /** Changes an existing line; without one, does nothing. */
  setQuantity(owner: CartOwner, product: string, quantity: number): void;
  remove(owner: CartOwner, product: string): void;
  /**
   * Moves a browser's cart into a user's, once, also when several requests race. Adds quantities, up to
   * `LARGEST_QUANTITY`.
   *
   * @returns whether there was a cart to move
   */
  mergeIntoPersonCart(browser: string, person: string): boolean;
  close(): void;
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS cart (
    id INTEGER PRIMARY KEY,
    browser_hash BLOB UNIQUE,
    person_id TEXT UNIQUE,
    touched_at INTEGER NOT NULL,
    CHECK ((browser_hash IS NULL) <> (person_id IS NULL))
  ) STRICT;
  CREATE INDEX IF NOT EXISTS cart_anonymous ON cart (touched_at) WHERE person_id IS NULL;
  CREATE TABLE IF NOT EXISTS cart_line (
    cart_id INTEGER NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
    product TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND ${LARGEST_QUANTITY}),
    PRIMARY KEY (cart_id, product)
  ) STRICT;
`;

// In the order in which things were first put in: an upsert keeps the row and with it the rowid.
const STATEMENTS = {
  findByBrowser: "SELECT id FROM cart WHERE browser_hash = ? AND touched_at > ?",
  findByPerson: "SELECT id FROM cart WHERE person_id = ?",
  openForBrowser: "INSERT INTO cart (browser_hash, touched_at) VALUES (?, ?) RETURNING id",
  openForPerson: `INSERT INTO cart (person_id, touched_at) VALUES (?, ?)
    ON CONFLICT (person_id) DO UPDATE SET touched_at = excluded.touched_at RETURNING id`,
  touch: "UPDATE cart SET touched_at = ? WHERE id = ?",
  lines: "SELECT product, quantity FROM cart_line WHERE cart_id = ? ORDER BY rowid",
  add: `INSERT INTO cart_line (cart_id, product, quantity) VALUES (?, ?, ?)
    ON CONFLICT (cart_id, product) DO UPDATE
    SET quantity = min(${LARGEST_QUANTITY}, quantity + excluded.quantity)`,
  setQuantity: "UPDATE cart_line SET quantity = ? WHERE cart_id = ? AND product = ?",
  removeLine: "DELETE FROM cart_line WHERE cart_id = ? AND product = ?",
  moveLines: `INSERT INTO cart_line (cart_id, product, quantity)
    SELECT ?, product, quantity FROM cart_line WHERE cart_id = ? ORDER BY rowid
    ON CONFLICT (cart_id, product) DO UPDATE
    SET quantity = min(${LARGEST_QUANTITY}, quantity + excluded.quantity)`,
  removeCart: "DELETE FROM cart WHERE id = ?",
  sweep: "DELETE FROM cart WHERE person_id IS NULL AND touched_at <= ?",
} as const;

type Statements = { readonly [Name in keyof typeof STATEMENTS]: StatementSync };

/**
 * Opens the carts of one file. Every write is one IMMEDIATE transaction: the write lock is taken before the
 * first read, so that two tabs or two processes decide one after the other.
 *
 * `synchronous = FULL` instead of the usual NORMAL, so that baskets survive a power failure.
 *
 * @see https://www.sqlite.org/wal.html
 * @see https://www.sqlite.org/lang_transaction.html#immediate
 */
export function openCartStore(file: string, clock: () => number = Date.now): CartStore {
  makePrivateFile(file);
  const database = new DatabaseSync(file, { timeout: 5_000, enableForeignKeyConstraints: true });
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.exec(SCHEMA);
  const entries = Object.entries(STATEMENTS).map(([name, sql]) => [name, database.prepare(sql)]);
  return new SqliteCartStore(database, Object.fromEntries(entries) as Statements, clock);
}

class SqliteCartStore implements CartStore {
  readonly #database: DatabaseSync;
  readonly #statements: Statements;
  readonly #clock: () => number;

  constructor(database: DatabaseSync, statements: Statements, clock: () => number) {
    this.#database = database;
    this.#statements = statements;
    this.#clock = clock;
  }

  read(owner: CartOwner): readonly CartLine[] {
    const cart = this.#find(owner);
    if (cart === null) return [];
    return this.#statements.lines
      .all(cart)
      .map((row) => ({ product: String(row.product), quantity: Number(row.quantity) }));
  }

  add(owner: CartOwner, product: string, quantity: number): CartOwner {
    return this.#write(() => {
      const [cart, holder] = this.#findOrOpen(owner);
      this.#statements.add.run(cart, product, quantity);
      return holder;
    });
  }

  setQuantity(owner: CartOwner, product: string, quantity: number): void {
    this.#change(owner, (cart) => this.#statements.setQuantity.run(quantity, cart, product));
  }

  remove(owner: CartOwner, product: string): void {
    this.#change(owner, (cart) => this.#statements.removeLine.run(cart, product));
  }

  mergeIntoPersonCart(browser: string, person: string): boolean {
    // Called for every page of a signed-in user, so it looks before it takes the write lock, and again inside.
    if (this.#find({ browser }) === null) return false;
    return this.#write(() => {
      const from = this.#find({ browser });
      if (from === null) return false;
      const [into] = this.#findOrOpen({ person });
      this.#statements.moveLines.run(into, from);
      this.#statements.removeCart.run(from);
      return true;
    });
  }

  close(): void {
    this.#database.close();
  }

  #find(owner: CartOwner): number | null {
    const row =
      "person" in owner
        ? this.#statements.findByPerson.get(owner.person)
        : this.#statements.findByBrowser.get(hashToken(owner.browser), this.#oldestKept());
    return row === undefined ? null : Number(row.id);
  }

  #findOrOpen(owner: CartOwner): [cart: number, holder: CartOwner] {
    const now = this.#clock();
    if ("person" in owner) {
      return [rowId(this.#statements.openForPerson.get(owner.person, now)), owner];
    }
    const found = this.#find(owner);
    if (found !== null) {
      this.#statements.touch.run(now, found);
      return [found, owner];
    }
    const browser = randomBytes(32).toString("base64url");
    return [rowId(this.#statements.openForBrowser.get(hashToken(browser), now)), { browser }];
  }

  #change(owner: CartOwner, change: (cart: number) => void): void {
    this.#write(() => {
      const cart = this.#find(owner);
      if (cart === null) return;
      change(cart);
      this.#statements.touch.run(this.#clock(), cart);
    });
  }

  #write<Result>(work: () => Result): Result {
    this.#database.exec("BEGIN IMMEDIATE");
    try {
      this.#statements.sweep.run(this.#oldestKept());
      const result = work();
      this.#database.exec("COMMIT");
      return result;
    } catch (error) {
      this.#database.exec("ROLLBACK");
      throw error;
    }
  }

  #oldestKept(): number {
    return this.#clock() - ANONYMOUS_CART_DAYS * 24 * 60 * 60 * 1000;
  }
}

function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

function rowId(row: Record<string, unknown> | undefined): number {
  return Number(row?.id);
}
