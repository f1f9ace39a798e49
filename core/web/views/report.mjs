// (l) For the lead: how often people deviated from proposals. Groups only, never a single colleague.
import { useState } from '../vendor/hooks.mjs';
import { Busy, Failure, Heading, Table, html } from '../lib/ui.mjs';
import { label, number, ownText, t } from '../lib/words.mjs';
import { address, useCall, useWork, withDay } from '../lib/state.mjs';
import { callAll } from '../lib/rpc.mjs';
import { listOffers } from '../lib/records.mjs';

const share = (g) => { const all = g.followed + g.deviated; return all ? t('percent', { n: Math.round((100 * g.deviated) / all) }) : '–'; };
const cells = (g) => [number(g.proposed), number(g.declined), number(g.followed), number(g.deviated), share(g)];

/** To how many people each offer was proposed: every match of an offer carries that count. */
function Crowding() {
  const [is_asked, setAsked] = useState(false);
  const { value, error } = useWork(async () => {
    if (!is_asked) return null;
    const offers = await listOffers();
    const answers = await callAll(offers.map((o) => ['match.query', withDay({ offer: o.id, limit: 1, totals: false })]));
    return offers.map((o, i) => ({ o, n: answers[i]?.matches?.[0]?.proposed_to ?? 0 })).filter((x) => x.n > 0).sort((a, b) => b.n - a.n);
  }, [is_asked]);
  return html`<section class="card"><h2>${t('crowding')}</h2><p class="soft">${t('crowding_lead')}</p>
    ${!is_asked && html`<button onClick=${() => setAsked(true)}>${t('count_now')}</button>`}<${Failure} error=${error}/><${Busy} when=${is_asked && !value && !error}/>
    ${value && html`<${Table} caption=${t('crowding')} empty=${t('nothing_proposed')} head=${[t('offer'), t('kind'), t('people')]} rows=${value.map(({ o, n }) => [html`<a href=${address('offer', o.id)}><bdi>${ownText(o.title)}</bdi></a>`, label('kind', o.kind), number(n)])}/>`}</section>`;
}

export default function Report() {
  const { data, error } = useCall('decision.report', {});
  const head = [t('strategy'), t('kind'), t('r_proposed'), t('r_declined'), t('r_followed'), t('r_deviated'), t('r_share')];
  return html`<${Heading} lead=${t('report_lead')}>${t('nav_report')}<//><${Failure} error=${error}/><${Busy} when=${!data && !error}/>
    ${data && html`${data.never_deviated && html`<p class="notice bad" role="status"><strong>${t('never_deviated')}</strong></p>`}
      ${!data.all ? html`<p class="notice">${t('report_too_few', { people: data.people_min, decisions: data.decisions_min })}</p>` : html`<section class="card">
        <${Table} caption=${t('report_table')} head=${head} rows=${[[t('all'), '', ...cells(data.all)], ...data.groups.map((g) => [html`<bdi>${g.strategy}</bdi>`, label('kind', g.kind), ...cells(g)])]}/>
        ${data.groups_hidden > 0 && html`<p class="soft">${t('report_hidden', { n: number(data.groups_hidden) })}</p>`}</section>`}
      <${Crowding}/>`}`;
}
