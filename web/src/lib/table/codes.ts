/** A code as it was before a spreadsheet took it for a number, or why nobody can say what it was. */
export interface Code {
  code: string;
  wasChanged: boolean;
  lost: string | null;
}

/** `13047.0` was 13047; the last digits of `5.0E+12` are gone. */
export function readCode(text: string): Code {
  const [, whole] = /^(\d+)[.,]0+$/.exec(text) ?? [];
  if (whole !== undefined) return { code: whole, wasChanged: true, lost: null };
  const isShortened = /^\d+(?:[.,]\d+)?E\+?\d+$/i.test(text) && /[.,+]/.test(text);
  const lost = isShortened
    ? `"${text}" is a number that a spreadsheet has shortened; format the column as text and write the code again`
    : null;
  return { code: text, wasChanged: false, lost };
}
