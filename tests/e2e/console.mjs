// console.mjs PROGRAM ROOT MODULES OUT: every story of the console in German by keyboard alone and in
// Arabic by pointer; then every view by axe in themes and widths; then figures.
import fs from 'node:fs';
import { serve, stop } from '../http/peer.mjs';
import { DAY, Hands, counts, is, makeTown, ok, openBrowser, out, program, settle, skip, step, violations } from './browser.mjs';
import { stories } from './stories.mjs';
import { checkWords } from './words.mjs';
import { measure } from './figures.mjs';

const VIEWS = [['start', ''], ['quick', 'quick'], ['matches', 'person/s-017'], ['pair', 'pair/s-017/o-052'], ['compare', 'compare/s-017/o-042/o-056'],
  ['letter', 'letter/s-017/o-042'], ['own', 'own/s-017'], ['people', 'offer/o-042'], ['batch', 'batch', 'batch.status'], ['plugins', 'plugins'],
  ['report', 'report'], ['trail', 'trail', 'audit.list'], ['about', 'about']];
const LOOKS = [['de', 'light', 1280], ['ar', 'dark', 320], ['de', 'contrast', 320], ['ar', 'contrast', 1280]];

checkWords();
const town = makeTown();
const server = await serve(program, town.dir, ['serve', '--http', '127.0.0.1:0']);
const where = server.where.find((w) => w.startsWith('http'));
const browser = await openBrowser();

async function open(lang, theme, width) {
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: lang === 'ar' ? 'ar' : 'de-DE' });
  await context.addInitScript(([t, l]) => { localStorage.setItem('lotse.theme', t); localStorage.setItem('lotse.lang', l); }, [theme, lang]);
  const page = await context.newPage();
  const said = [];
  page.on('pageerror', (e) => said.push(e.message));
  page.on('request', (r) => { if (!r.url().startsWith(where)) said.push(`asked elsewhere: ${r.url()}`); });
  page.on('console', (m) => { if (m.type() === 'error' && !/status of 40[0-9]/.test(m.text())) said.push(m.text()); });
  await page.goto(`${where}/?day=${DAY}`);
  await settle(page);
  if (town.token && await page.locator('#token').count()) {
    const hands = new Hands(page, true);
    await hands.type(page.locator('#token'), town.token);
    await page.keyboard.press('Enter');
    await page.locator('#token').waitFor({ state: 'detached' });
    await settle(page);
  }
  return { page, context, said };
}
const methods = await (async () => {
  const { page, context } = await open('en', 'light', 1280);
  const got = await page.evaluate(async () => { const m = await import('./lib/rpc.mjs'); return [...(await m.greet()).methods]; });
  await context.close();
  return new Set(got);
})();

for (const [lang, by_keyboard] of [['de', true], ['ar', false]]) {
  const { page, context, said } = await open(lang, 'light', 1280);
  is(`${lang}: the page says its language and direction`, await page.evaluate(() => [document.documentElement.lang, document.documentElement.dir]), [lang, lang === 'ar' ? 'rtl' : 'ltr']);
  await stories({ page, hands: new Hands(page, by_keyboard), lang, methods });
  is(`${lang}: no error, no request elsewhere`, said, []);
  await context.close();
}

for (const [lang, theme, width] of LOOKS) {
  const { page, context } = await open(lang, theme, width);
  for (const [name, at, needs] of VIEWS) {
    if (needs && !methods.has(needs)) { if (theme === 'light') skip(`${name}: this server has no ${needs}`); continue; }
    const look = `${name} ${lang} ${theme} ${width}`;
    await step(look, async () => {
      await page.evaluate((hash) => { location.hash = `#/${hash}`; }, at);
      await page.waitForTimeout(60);
      await settle(page);
      is(`${look}: axe`, await violations(page), []);
      ok(`${look}: no sideways scroll`, await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth));
      await page.screenshot({ path: `${out}/${look.replaceAll(' ', '-')}.png`, fullPage: true });
    });
  }
  await context.close();
}

console.log(`stories and views took ${Math.round(performance.now() / 1000)} s`);
await measure({ browser, where, town });
await browser.close();
is('the server ends well', await stop(server), 0);
fs.rmSync(town.dir, { recursive: true, force: true });
const { passed, failed, skipped } = counts();
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed === 0 && passed > 0 ? 0 : 1);
