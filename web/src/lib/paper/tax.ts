/** What the database calls the tax of a product that has a rate and no tax by name. */
export const UNNAMED_TAX = 'Tax';
