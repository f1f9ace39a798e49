// Words, numbers and days in the language of the page.

export const LANGUAGES = {
  de: 'Deutsch', en: 'English', 'de-x-simple': 'Deutsch, leicht zu lesen', ar: 'العربية',
  uk: 'Українська', tr: 'Türkçe', bg: 'Български', ro: 'Română',
};
const catalogues = {};
let lang = 'en';

export const language = () => lang;
export const isKnown = (code) => Object.hasOwn(LANGUAGES, code);
export const directionOf = (code) => (code === 'ar' ? 'rtl' : 'ltr');

// Latin digits everywhere: the server's sentences have them.
const locale = () => (lang === 'ar' ? 'ar-u-nu-latn' : lang === 'de-x-simple' ? 'de' : lang === 'en' ? 'en-GB' : lang);

export async function loadLanguage(code) {
  if (!catalogues[code]) catalogues[code] = await (await fetch(`lang/${code}.json`)).json();
  lang = code;
  document.documentElement.lang = code;
  document.documentElement.dir = directionOf(code);
}

/** The text of a key, its {places} filled. */
export function t(key, values = {}) {
  const text = catalogues[lang]?.[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
}

/** The label of a code, or the code where it has none. */
export const label = (list, code) => catalogues[lang]?.[`code.${list}.${code}`] ?? String(code).replaceAll('_', ' ');

export const number = (n) => new Intl.NumberFormat(locale()).format(n);

export function day(text) {
  if (!text) return t('no_day');
  const when = new Date(`${text}T12:00:00Z`);
  return new Intl.DateTimeFormat(locale(), { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' }).format(when);
}

export function moment(ms) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'short', timeStyle: 'medium' }).format(new Date(ms));
}

export function monthName(when) {
  return new Intl.DateTimeFormat(locale(), { month: 'short', year: '2-digit', timeZone: 'UTC' }).format(when);
}

/** A score is said in whole points of a hundred, never finer. */
export const points = (micro) => Math.round(micro / 10000);

/** A text that a record holds in several languages: ours, else German, else any. */
export function ownText(texts, code = lang) {
  if (!texts) return '';
  return texts[code] ?? texts[code.slice(0, 2)] ?? texts.de ?? texts.en ?? Object.values(texts)[0] ?? '';
}
/** The language that ownText chose, for the lang attribute. */
export function ownTextLang(texts, code = lang) {
  const text = ownText(texts, code);
  return Object.keys(texts ?? {}).find((k) => texts[k] === text) ?? code;
}
