// (a) Find a person by id, a unit's people, or an offer with free seats.
import { useState } from '../vendor/hooks.mjs';
import { Busy, Failure, Heading, Input, html } from '../lib/ui.mjs';
import { day, label, number, ownText, ownTextLang, t } from '../lib/words.mjs';
import { address, go, today, useCall, useWork } from '../lib/state.mjs';
import { findByTitle, listOffers, seatsOf } from '../lib/records.mjs';

const PAGE = 20;

function ById() {
  const [id, setId] = useState('');
  const [wrong, setWrong] = useState('');
  const submit = (e) => {
    e.preventDefault();
    if (!id.trim()) { setWrong(t('id_missing')); e.currentTarget.querySelector('input').focus(); return; }
    go('person', id.trim());
  };
  return html`<form class="card" onSubmit=${submit} novalidate><h2>${t('find_person')}</h2>
    <${Input} text=${t('person_id')} hint=${t('person_id_hint')} error=${wrong} value=${id} on=${setId} autocomplete="off" spellcheck=${false} dir="ltr"/>
    <button class="main">${t('show_offers')}</button></form>`;
}

function People() {
  const [unit, setUnit] = useState('');
  const [cursors, setCursors] = useState([null]);
  const cursor = cursors[cursors.length - 1];
  const { data, error, is_busy } = useCall('seeker.list', { limit: PAGE, ...(cursor ? { cursor } : {}), ...(unit ? { unit } : {}) });
  const since = (s) => s.spells?.find((x) => x.status === 'unemployed' && !x.to)?.from;
  return html`<section class="card"><h2>${t('people')}</h2>
    <${Input} text=${t('unit')} hint=${t('unit_hint')} value=${unit} on=${(v) => { setUnit(v.trim()); setCursors([null]); }} autocomplete="off" dir="ltr"/>
    <${Failure} error=${error}/><${Busy} when=${is_busy && !data}/>
    ${data && html`<p class="soft" role="status">${t('people_total', { n: number(data.total) })}</p><ul class="rows">${data.seekers.map((s) => html`
      <li><a href=${address('person', s.id)}><bdi>${s.id}</bdi></a> <span class="soft">${(s.wishes?.kinds ?? []).slice(0, 3).map((k) => label('kind', k)).join(', ')}${since(s) ? ` · ${t('waiting_since', { day: day(since(s)) })}` : ''}</span></li>`)}</ul>
      <div class="buttons">${cursors.length > 1 && html`<button onClick=${() => setCursors(cursors.slice(0, -1))}>${t('back')}</button>`}
      ${data.cursor && html`<button onClick=${() => setCursors([...cursors, data.cursor])}>${t('more')}</button>`}</div>`}</section>`;
}

function Offers() {
  const [fragment, setFragment] = useState('');
  const [is_free, setFree] = useState(true);
  const [count, setCount] = useState(PAGE);
  const { value: all, error } = useWork(() => listOffers(), []);
  const found = (all ? findByTitle(all, fragment) : []).filter((o) => !is_free || seatsOf(o) > 0);
  const next = (o) => o.intakes.map((i) => i.start).filter((d) => d && d >= today()).sort()[0];
  return html`<section class="card"><h2>${t('offers')}</h2>
    <${Input} text=${t('title_part')} type="search" value=${fragment} on=${(v) => { setFragment(v); setCount(PAGE); }} autocomplete="off"/>
    <label class="tick"><input type="checkbox" checked=${is_free} onChange=${(e) => setFree(e.currentTarget.checked)}/> ${t('only_free')}</label>
    <${Failure} error=${error}/><${Busy} when=${!all && !error}/>
    ${all && html`<p class="soft" role="status">${t('offers_found', { n: number(found.length), all: number(all.length) })}</p><ul class="rows">${found.slice(0, count).map((o) => html`
      <li><a href=${address('offer', o.id)}><bdi lang=${ownTextLang(o.title)}>${ownText(o.title)}</bdi></a>
      <span class="soft">${label('kind', o.kind)} · ${next(o) ? t('starts', { day: day(next(o)) }) : t('starts_any')} · ${t('seats_free', { n: number(seatsOf(o)) })}</span></li>`)}</ul>
      ${found.length > count && html`<button onClick=${() => setCount(count + PAGE)}>${t('more')}</button>`}`}</section>`;
}

export default function Start({ who }) {
  return html`<${Heading} lead=${t('start_lead')}>${t('start_title')}<//>
    <div class="columns"><div>${who.methods.has('seeker.get') && html`<${ById}/>`}
      <section class="card"><h2>${t('nav_quick')}</h2><p>${t('quick_lead')}</p><a class="button" href="#/quick">${t('quick_open')}</a></section>
      ${who.methods.has('seeker.list') && html`<${People}/>`}</div>
    <div>${who.methods.has('offer.list') && html`<${Offers}/>`}</div></div>`;
}
