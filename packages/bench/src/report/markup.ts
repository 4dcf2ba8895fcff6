/** Markup that is safe to put on a page: written in the code, or text that was escaped on its way into it. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Only for text that the code itself holds: names of tags, style sheets. */
  static trusted(text: string): Markup {
    return new Markup(text);
  }

  toString(): string {
    return this.#text;
  }
}

type Part = Markup | string | number | null | undefined | false | readonly Part[];

/**
 * The one way to a page: what stands between the parts is markup, every part is text, for content and for quoted
 * attributes alike, unless it is markup itself. Lists are joined; null, undefined and false are nothing.
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  const texts = strings.map((text, i) => (i === 0 ? text : `${rendered(parts[i - 1])}${text}`));
  return Markup.trusted(texts.join(''));
}

function rendered(part: Part): string {
  if (part === null || part === undefined || part === false) return '';
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(rendered).join('');
  return escaped(shortened(String(part)));
}

/** No text of a page needs more: an error of megabytes would make a page that no browser opens. */
const LONGEST = 4000;

function shortened(text: string): string {
  return text.length <= LONGEST
    ? text
    : `${text.slice(0, LONGEST)}… (cut, ${text.length} characters)`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escaped = (text: string) =>
  readable(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/**
 * Half a surrogate pair and control characters are not allowed in a page, nor in an address, and marks that turn the
 * direction of writing show other text than there is: U+FFFD instead.
 */
export function readable(text: string): string {
  return text.replace(UNREADABLE, '\uFFFD');
}

const UNREADABLE =
  /\p{Surrogate}|(?![\t\n\r])\p{Cc}|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;

/** A whole file as an address, for a quoted attribute. */
export function fileAddress(type: string, text: string): Markup {
  const content = encodeURIComponent(readable(text)).replaceAll("'", '%27');
  return Markup.trusted(`data:${type},${content.replace(SPELLED_OUT, (code) => PLAIN[code]!)}`);
}

/** Signs that an address may hold as they are: a file of numbers is a third shorter with them. */
const PLAIN: Readonly<Record<string, string>> = {
  '%2C': ',',
  '%3A': ':',
  '%2F': '/',
  '%3D': '=',
  '%40': '@',
  '%3B': ';',
};

const SPELLED_OUT = /%(?:2C|3A|2F|3D|40|3B)/g;
