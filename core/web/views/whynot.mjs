// (o) "Why not ...?" and what was excluded: with counts, nothing cut off.
import { useState } from '../vendor/hooks.mjs';
import { Busy, Failure, Input, html } from '../lib/ui.mjs';
import { label, number, ownText, ownTextLang, t } from '../lib/words.mjs';
import { address, useCall, useWork, withDay } from '../lib/state.mjs';
import { language } from '../lib/words.mjs';
import { findByTitle, listOffers } from '../lib/records.mjs';
import { call } from '../lib/rpc.mjs';

const SHOWN = 8;

export function WhyNot({ person }) {
  const [fragment, setFragment] = useState('');
  const is_asked = fragment.trim().length >= 2;
  const { value: all, error } = useWork(async () => (is_asked ? listOffers() : null), [is_asked]);
  const found = is_asked && all ? findByTitle(all, fragment) : [];
  return html`<section class="card"><h2>${t('why_not')}</h2>
    <${Input} text=${t('title_part')} hint=${t('why_not_hint')} type="search" value=${fragment} on=${setFragment} autocomplete="off"/>
    <${Failure} error=${error}/><${Busy} when=${is_asked && !all && !error}/>
    ${is_asked && all && html`<p class="soft" role="status">${t('offers_found', { n: number(found.length), all: number(all.length) })}</p>
      <ul class="rows">${found.slice(0, SHOWN).map((o) => html`<li><a href=${address('pair', person, o.id)}><bdi lang=${ownTextLang(o.title)}>${ownText(o.title)}</bdi></a> <span class="soft">${label('kind', o.kind)}</span></li>`)}</ul>`}</section>`;
}

/** Titles of criteria in our language; an id without a title stays as it is. */
export function useCriteria() {
  const { data } = useCall('plugin.list', { lang: language() });
  const names = new Map((data?.plugins ?? []).map((p) => [p.id, p.title]));
  return (id) => names.get(id) ?? (id === 'core.open' ? t('core_open') : id);
}

export function Excluded({ person, frame, base }) {
  const [is_open, setOpen] = useState(false);
  const name = useCriteria();
  const counts = Object.entries(frame.excluded_by).sort((a, b) => b[1] - a[1]);
  const { value: rest, error } = useWork(async () => {
    if (!is_open) return null;
    const [all, matched] = await Promise.all([listOffers(), call('match.query', withDay({ ...base, limit: 500, totals: false }))]);
    const fitting = new Set(matched.matches.map((m) => m.offer));
    return all.filter((o) => !fitting.has(o.id));
  }, [is_open]);
  return html`<details class="card excluded"><summary>${t('excluded', { n: number(frame.total.excluded), all: number(frame.total.rows) })}</summary>
    <p class="soft">${t('excluded_hint')}</p>
    <ul class="counts">${counts.map(([id, n]) => html`<li><span>${name(id)}</span> <strong>${number(n)}</strong></li>`)}</ul>
    ${!is_open && html`<button onClick=${() => setOpen(true)}>${t('show_excluded')}</button>`}
    <${Failure} error=${error}/><${Busy} when=${is_open && !rest && !error}/>
    ${rest && html`<ul class="rows">${rest.map((o) => html`<li><a href=${address('pair', person, o.id)}><bdi lang=${ownTextLang(o.title)}>${ownText(o.title)}</bdi></a> <span class="soft">${label('kind', o.kind)}</span></li>`)}</ul>`}</details>`;
}
