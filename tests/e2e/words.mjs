// Every language says everything: same keys, same places in the texts, and every key the code asks for.
import fs from 'node:fs';
import { is, ok, root } from './browser.mjs';

const web = `${root}/core/web`;
const read = (lang) => JSON.parse(fs.readFileSync(`${web}/lang/${lang}.json`, 'utf8'));
const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();

export function checkWords() {
  const listed = /LANGUAGES = \{([^}]*)\}/.exec(fs.readFileSync(`${web}/lib/words.mjs`, 'utf8'))[1];
  const langs = [...listed.matchAll(/(?:^|[\s,])'?([a-z]{2}(?:-x-simple)?)'?: '/g)].map((m) => m[1]).sort();
  is('eight languages', langs, ['ar', 'bg', 'de', 'de-x-simple', 'en', 'ro', 'tr', 'uk']);
  const en = read('en');
  for (const lang of langs) {
    const texts = read(lang);
    is(`${lang} has every key and no other`, Object.keys(texts), Object.keys(en));
    is(`${lang} fills the same places`, Object.keys(en).filter((k) => JSON.stringify(places(texts[k] ?? '')) !== JSON.stringify(places(en[k]))), []);
    is(`${lang} has no empty text`, Object.keys(texts).filter((k) => !texts[k].trim()), []);
  }
  const code = ['main.mjs', ...['lib', 'views'].flatMap((d) => fs.readdirSync(`${web}/${d}`).map((f) => `${d}/${f}`))].map((f) => fs.readFileSync(`${web}/${f}`, 'utf8')).join('\n');
  const asked = [...code.matchAll(/\bt\('([a-z_]+)'/g)].map((m) => m[1]);
  is('every text asked for is there', [...new Set(asked)].filter((k) => !(k in en)), []);
  const quoted = new Set([...code.matchAll(/'([a-z_]+)'/g)].map((m) => m[1]));
  const stems = [...code.matchAll(/t\(`([a-z_]+)\$\{/g)].map((m) => m[1]);
  is('no text is left over', Object.keys(en).filter((k) => !k.startsWith('code.') && !quoted.has(k) && !stems.some((s) => k.startsWith(s))), []);
  for (const list of ['kind', 'decision', 'decision_reason', 'school', 'work_permission', 'support', 'language_evidence']) {
    const { codes } = JSON.parse(fs.readFileSync(`${root}/schemas/codes/${list}.json`, 'utf8'));
    ok(`labels of ${list} are those of schemas/codes`, codes.every((c) => read('de')[`code.${list}.${c.id}`] === c.de && en[`code.${list}.${c.id}`] === c.en));
    for (const lang of langs.filter((l) => l !== 'de' && l !== 'en')) {
      const po = fs.readFileSync(`${root}/core/say/po/labels/${lang}.po`, 'utf8');
      const texts = read(lang);
      ok(`${lang}: labels of ${list} are those of core/say`, codes.every((c) => po.includes(`msgctxt "code.${list}.${c.id}"\nmsgid "${c.en}"\nmsgstr "${texts[`code.${list}.${c.id}`]}"`)));
    }
  }
}
