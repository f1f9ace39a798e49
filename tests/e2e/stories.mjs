// What caseworkers, leads, operators, auditors and the person do: stories (a) to (o).
import { is, ok, settle, skip, step } from './browser.mjs';

export async function stories({ page, hands, lang, methods }) {
  const texts = await page.evaluate(async (l) => (await fetch(`lang/${l}.json`)).json(), lang);
  const t = (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '');
  const by_text = (key, values) => page.getByText(t(key, values), { exact: true });
  const button = (key) => page.getByRole('button', { name: t(key) });
  const heading = () => page.locator('#view-title');
  const to = async (hash) => { await page.evaluate((h) => { location.hash = h; }, hash); await page.waitForTimeout(60); await settle(page); };
  const is_focused = (what) => page.waitForFunction((w) => document.activeElement === document.querySelector(w), what, { timeout: 4000 });
  const story = (name, work) => step(`${lang} ${name}`, work);
  const cards = () => page.locator('.match h2').allTextContents();

  await story('a: a person by id', async () => {
    await to('#/');
    await hands.press(button('show_offers'));
    ok(`${lang} a: without an id the field says so`, await page.locator('#' + await page.getByLabel(t('person_id'), { exact: true }).getAttribute('id') + '-error').count() === 1);
    ok(`${lang} a: and has the focus`, await page.getByLabel(t('person_id'), { exact: true }).evaluate((e) => e === document.activeElement));
    await hands.type(page.getByLabel(t('person_id'), { exact: true }), 's-017');
    await page.keyboard.press('Enter');
    await page.locator('.match').first().waitFor();
    ok(`${lang} a: it is s-017's page`, (await heading().textContent()).includes('s-017'));
    await is_focused('#view-title');
    is(`${lang} a: ten matches`, await page.locator('.match').count(), 10);
  });
  await story('a: from a list', async () => {
    await to('#/');
    await hands.press(page.getByRole('link', { name: 's-003', exact: true }));
    await page.locator('.match').first().waitFor();
    ok(`${lang} a: s-003`, (await heading().textContent()).includes('s-003'));
  });
  await story('a: a quick search, answered and forgotten', async () => {
    await to('#/quick');
    await hands.choose(page.getByLabel(t('q_german'), { exact: true }), 'A2');
    await hands.choose(page.getByLabel(t('q_permission'), { exact: true }), 'free');
    await hands.type(page.getByLabel(t('q_hours'), { exact: true }), '25');
    await hands.type(page.getByLabel(t('q_lat'), { exact: true }), '51.51');
    await hands.type(page.getByLabel(t('q_lon'), { exact: true }), '7.46');
    await hands.press(button('show_offers'));
    await page.locator('.match').first().waitFor();
    is(`${lang} a: nothing is stored`, await page.evaluate(async () => (await (await import('./lib/rpc.mjs')).call('seeker.list', { limit: 1 })).total), 60);
    await hands.press(page.locator('.match h2 a').first());
    await page.locator('.reasons').first().waitFor();
    await page.reload();
    await settle(page);
    is(`${lang} a: a reload forgets`, await heading().textContent(), t('forgotten'));
  });

  await story('b: reasons, score, exclusions', async () => {
    await to('#/person/s-017');
    const first = page.locator('.match').first();
    const order = await first.evaluate((e) => e.querySelector('.reasons').compareDocumentPosition(e.querySelector('.score')) & Node.DOCUMENT_POSITION_FOLLOWING);
    ok(`${lang} b: the reasons stand before the number`, order);
    ok(`${lang} b: whole points of a hundred`, (await first.locator('.score').textContent()).includes(t('score_of', { n: 76 })), await first.locator('.score').textContent());
    ok(`${lang} b: fits and next steps have words`, await first.getByText(t('group_fits')).count() > 0 && await first.getByText(t('group_steps')).count() > 0);
    await hands.press(page.locator('.excluded summary'));
    const counts = await page.locator('.excluded .counts strong').allTextContents();
    ok(`${lang} b: what was excluded, with counts`, counts.length >= 5 && counts.includes('62'), counts.join());
    await hands.press(button('show_excluded'));
    await page.locator('.excluded .rows li').first().waitFor();
    const [excluded, fitting] = await page.evaluate(async () => { const { call } = await import('./lib/rpc.mjs'); const m = await call('match.query', { seeker: 's-017', as_of: '2026-11-23', limit: 500 }); return [document.querySelectorAll('.excluded .rows li').length, m.matches.length]; });
    is(`${lang} b: nothing is cut off`, excluded + fitting, 150);
  });
  await story('c: what would open it', async () => {
    await to('#/pair/s-017/o-052');
    await page.locator('.opens li').first().waitFor();
    ok(`${lang} c: at least three ways, with the points after`, await page.locator('.opens li').count() >= 3 && (await page.locator('.opens').textContent()).includes(t('score_after', { n: 72 })));
    if (methods.has('path.find')) ok(`${lang} c: the way there`, await by_text('path').count() === 1);
    else if (lang === 'de') skip('c: this server has no path.find');
  });
  await story('d: what if', async () => {
    await to('#/person/s-017');
    const before = await cards();
    await hands.slide(page.getByLabel(await page.locator('.slider label').nth(2).textContent(), { exact: true }), 40);
    await page.waitForFunction((old) => [...document.querySelectorAll('.match h2')].map((e) => e.textContent).join() !== old.join(), before, { timeout: 5000 });
    ok(`${lang} d: what moved is marked in words`, await page.locator('.moved').count() > 0);
    await hands.press(page.locator('summary', { hasText: t('save_strategy') }));
    await hands.type(page.getByLabel(t('strategy_name'), { exact: true }), 'No Name');
    await hands.press(button('save_strategy'));
    ok(`${lang} d: a wrong name is said`, await page.getByText(t('strategy_name_wrong')).count() === 1);
    await hands.type(page.getByLabel(t('strategy_name'), { exact: true }), `mine-${lang}`);
    await hands.press(button('save_strategy'));
    await page.locator('.notice.good').waitFor();
    const kept = await page.evaluate(async (id) => { const { call } = await import('./lib/rpc.mjs'); return (await call('strategy.get', { id })).strategy.criteria; }, `mine-${lang}`);
    ok(`${lang} d: the strategy has the moved weights`, kept.reduce((s, c) => s + c.weight, 0) === 1000000 && kept.find((c) => c.id === 'lotse.commute').weight >= 500000, JSON.stringify(kept));
    await hands.press(button('reset'));
    await page.waitForFunction((old) => [...document.querySelectorAll('.match h2')].map((e) => e.textContent).join() === old.join(), before, { timeout: 5000 });
  });
  await story('e: map and intakes', async () => {
    ok(`${lang} e: the map shows offers`, await page.locator('.map .pin').count() >= 5);
    ok(`${lang} e: the time line too`, await page.locator('.timeline circle').count() >= 3);
    ok(`${lang} e: both have words`, (await page.locator('.map').getAttribute('aria-label')).length > 20 && (await page.locator('.timeline').getAttribute('aria-label')).length > 20);
  });
  await story('f: two offers side by side', async () => {
    await to('#/person/s-017');
    await hands.press(page.locator('.match').nth(0).getByRole('button'));
    await hands.press(page.locator('.match').nth(2).getByRole('button'));
    await hands.press(page.getByRole('link', { name: t('compare'), exact: true }));
    await page.locator('.compare').waitFor();
    is(`${lang} f: two columns`, await page.locator('.compare thead th').count(), 2);
    ok(`${lang} f: the same rows for both`, await page.locator('.compare tbody tr').count() >= 10);
  });
  await story('g: declining without a reason is refused', async () => {
    await to('#/pair/s-017/o-042');
    await page.locator('.decide').waitFor();
    await page.waitForTimeout(300); // what was decided before is being read
    await hands.mark(page.locator('input[value="decline"]'));
    await hands.press(button('keep_decision'));
    ok(`${lang} g: it says why`, await page.getByText(t('reason_missing')).count() === 1);
    ok(`${lang} g: and the focus is on the reason`, await page.evaluate(() => document.activeElement.tagName === 'SELECT' && document.activeElement.getAttribute('aria-invalid') === 'true'));
    const before = await page.locator('.history li').count();
    await hands.choose(page.getByLabel(t('reason'), { exact: true }), 'times');
    await hands.press(button('keep_decision'));
    await page.waitForFunction((n) => document.querySelectorAll('.history li').length === n, before + 1);
    ok(`${lang} g: it is kept`, (await page.locator('.history li').first().textContent()).includes(texts['code.decision_reason.times']));
  });
  await story('g: propose, note, wrong facts', async () => {
    const before = await page.locator('.history li').count();
    await hands.mark(page.locator('input[value="propose"]'));
    await hands.choose(page.getByLabel(t('reason'), { exact: true }), 'fits_goal');
    await hands.press(button('keep_decision'));
    await page.waitForFunction((n) => document.querySelectorAll('.history li').length === n, before + 1);
    await hands.mark(page.locator('input[value="note"]'));
    await hands.press(button('keep_decision'));
    ok(`${lang} g: a note needs words`, await page.getByText(t('text_missing')).count() === 1);
    await hands.type(page.locator('textarea'), 'x y z');
    await hands.press(button('keep_decision'));
    await page.waitForFunction((n) => document.querySelectorAll('.history li').length === n, before + 2);
    await hands.mark(page.locator('input[value="data_wrong"]'));
    await hands.type(page.locator('textarea'), 'a b c');
    await hands.press(button('keep_decision'));
    await page.waitForFunction((n) => document.querySelectorAll('.history li').length === n, before + 3);
    await to('#/person/s-017');
    ok(`${lang} g: the list says what was decided`, await page.locator('#m-o-042 .decided').count() === 1);
  });
  await story('h: the letter', async () => {
    await to('#/pair/s-017/o-042');
    await hands.press(page.getByRole('link', { name: t('letter_open') }));
    await page.locator('.letter pre').waitFor();
    await hands.choose(page.getByLabel(t('letter_lang'), { exact: true }), 'uk');
    await page.locator('.letter[lang="uk"]').waitFor();
    ok(`${lang} h: it is Ukrainian`, /[іїєґ]/.test(await page.locator('.letter pre').textContent()));
  });
  await story('i: people for an offer, never by score', async () => {
    await to('#/');
    await hands.type(page.getByLabel(t('title_part'), { exact: true }), 'o-042');
    await hands.press(page.locator('.rows a[href="#/offer/o-042"]'));
    await page.locator('.thirds').waitFor();
    is(`${lang} i: three groups`, await page.locator('.thirds section').count(), 3);
    is(`${lang} i: everybody once`, await page.locator('.thirds .rows > li').count(), 48);
    is(`${lang} i: no score on the page`, await page.locator('.score, meter').count(), 0);
    const days = (await page.locator('.thirds section').nth(1).locator('.rows > li > span.soft').allTextContents()).map((x) => /(\d\d)[./](\d\d)[./](\d{4})/.exec(x.replace(/[\u200e\u200f]/g, ''))).filter(Boolean).map((m) => m[3] + m[2] + m[1]);
    ok(`${lang} i: who waits longest comes first`, days.length > 3 && days.every((d, n) => n === 0 || days[n - 1] <= d), days.join());
  });
  if (methods.has('batch.start')) {
    await story('j: a batch run', async () => {
      await to('#/batch');
      await hands.type(page.getByLabel(t('batch_name'), { exact: true }), `night-${lang}`);
      await hands.press(page.getByRole('button', { name: t('batch_begin'), exact: true }));
      const card = page.locator('section.card', { hasText: `b-night-${lang}` });
      await card.getByText(t('batch_state_done'), { exact: true }).waitFor({ timeout: 15000 });
      is(`${lang} j: everybody was looked at`, await card.locator('progress').getAttribute('value'), '100');
      await hands.press(card.getByRole('button', { name: t('batch_result') }));
      await card.locator('table a').first().waitFor();
    });
  } else if (lang === 'de') skip('j: this server has no batch.start');
  await story('k: plugins', async () => {
    await to('#/plugins');
    const wish = () => page.locator('.plugin', { hasText: 'lotse.wish' });
    await hands.press(wish().getByRole('button', { name: t('plugin_disable') }));
    await wish().getByRole('button', { name: t('plugin_enable') }).waitFor();
    await hands.press(wish().getByRole('button', { name: t('plugin_enable') }));
    await wish().getByRole('button', { name: t('plugin_disable') }).waitFor();
    await hands.press(wish().getByRole('button', { name: t('plugin_more') }));
    await wish().locator('.hash').waitFor();
    ok(`${lang} k: what it reads`, (await wish().textContent()).includes(t('plugin_reads')));
  });
  await story('l: the report', async () => {
    await to('#/report');
    ok(`${lang} l: too few decisions show nothing`, await page.getByText(t('report_too_few', { people: 5, decisions: 30 })).count() === 1);
    await hands.press(button('count_now'));
    await page.locator('table').waitFor();
    ok(`${lang} l: to how many an offer was proposed`, await page.locator('tbody a[href="#/offer/o-042"]').count() === 1);
  });
  if (methods.has('audit.list')) {
    await story('m: the trail', async () => {
      await to('#/trail');
      await page.locator('tbody tr').first().waitFor();
      await hands.press(page.getByRole('button', { name: t('verify'), exact: true }));
      await page.locator('.notice.good').nth(1).waitFor();
      ok(`${lang} m: no id of a person`, !/s-0\d\d/.test(await page.locator('main').textContent()));
    });
  } else if (lang === 'de') skip('m: this server has no audit.list');
  await story("n: the person's own view", async () => {
    await to('#/person/s-017');
    await hands.press(page.getByRole('link', { name: t('own_open') }));
    await page.locator('.own-answers').waitFor();
    is(`${lang} n: no score`, await page.locator('.score, meter').count(), 0);
    ok(`${lang} n: no points in words`, !/\/ ?100| 100/.test(await page.locator('main').textContent()));
    const own = page.locator('.own-answers button');
    await hands.press(own.nth(1));
    await page.locator('.own .notice.good').waitFor();
    const last = await page.evaluate(async () => { const { call } = await import('./lib/rpc.mjs'); return (await call('decision.list', { seeker: 's-017', limit: 500 })).decisions.at(-1); });
    is(`${lang} n: what the person says is a note, no decision`, [last.decision, last.text.includes(t('own_suits_not'))], ['note', true]);
    await hands.press(button('next'));
    await hands.choose(page.locator('.own-top select'), lang === 'de' ? 'uk' : 'tr');
    await page.waitForFunction((l) => document.documentElement.lang === l, lang === 'de' ? 'uk' : 'tr');
    await settle(page);
    await hands.press(page.locator('.own-end a'));
    await page.waitForFunction((l) => document.documentElement.lang === l, lang);
  });
  await story('o: why not ...?', async () => {
    await to('#/person/s-017');
    await hands.type(page.locator('aside').getByLabel(t('title_part'), { exact: true }), 'innere med');
    await hands.press(page.locator('aside .rows a').first());
    await page.locator('.gates li.no').first().waitFor();
    ok(`${lang} o: it says what is not fulfilled`, await page.locator('.gates li.no').count() >= 4);
  });
}
