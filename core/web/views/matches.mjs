// (b) The offers for a person, reasons first; (d) what if; (e) map and intakes; (o) why not.
import { useEffect, useRef, useState } from '../vendor/hooks.mjs';
import { Busy, Failure, Heading, html, say } from '../lib/ui.mjs';
import { day, label, language, number, t } from '../lib/words.mjs';
import { NOT_STORED, address, getUnstored, personParams, useCall, withDay } from '../lib/state.mjs';
import { call } from '../lib/rpc.mjs';
import { loadOffers } from '../lib/records.mjs';
import MatchCard from './card.mjs';
import WhatIf, { whatIfParams } from './whatif.mjs';
import { Map, Intakes } from './map.mjs';
import { Excluded, WhyNot } from './whynot.mjs';

const PAGE = 10;

/** Asks again whenever the question changes; while one is under way only the newest waits. */
function useRanking(params) {
  const [got, setGot] = useState({ data: null, offers: new Map_(), error: null, before: null });
  const line = useRef({ is_busy: false, next: null, first: null });
  const key = JSON.stringify(params);
  useEffect(() => {
    const ask = async (question) => {
      line.current.is_busy = true;
      try {
        const data = await call('match.query', question);
        const offers = await loadOffers(data.matches.map((m) => m.offer));
        const rank = new Map_(data.matches.map((m, i) => [m.offer, i + 1]));
        line.current.first ??= rank;
        setGot({ data, offers, error: null, before: line.current.first });
      } catch (error) { setGot((g) => ({ ...g, error })); }
      line.current.is_busy = false;
      const { next } = line.current;
      line.current.next = null;
      if (next) ask(next);
    };
    if (line.current.is_busy) line.current.next = params;
    else ask(params);
  }, [key]);
  return got;
}
const Map_ = globalThis.Map;

export default function Matches({ who, args: [id] }) {
  const [what, setWhat] = useState({ weights: {}, strategy: 'default' });
  const [limit, setLimit] = useState(PAGE);
  const [chosen, setChosen] = useState([]);
  const is_stored = id !== NOT_STORED;
  const record = useCall(is_stored ? 'seeker.get' : null, { id });
  const seeker = is_stored ? record.data?.seeker : getUnstored();
  const decisions = useCall(is_stored && who.methods.has('decision.list') ? 'decision.list' : null, { seeker: id, limit: 500 });
  const base = { ...personParams(id), lang: language() };
  const asked = withDay({ ...base, limit, strategy: what.strategy, ...whatIfParams(what, seeker) });
  const { data, offers, error, before } = useRanking(asked);
  // The list is on the screen: what a measurement waits for.
  useEffect(() => { if (data) requestAnimationFrame(() => performance.mark('lotse-ranked')); }, [data]);
  const is_changed = Object.keys(whatIfParams(what, seeker)).length > 0;
  useEffect(() => { if (data) say(t('found', { n: number(data.total.proposed), check: number(data.total.check) })); }, [data?.total?.proposed, data?.total?.check]);
  if (!is_stored && !getUnstored()) return html`<${Heading}>${t('forgotten')}<//><p><a class="button" href="#/quick">${t('nav_quick')}</a></p>`;
  const toggle = (offer) => setChosen(chosen.includes(offer) ? chosen.filter((o) => o !== offer) : [...chosen, offer].slice(-2));
  return html`<${Heading} lead=${data && t('found', { n: number(data.total.proposed), check: number(data.total.check) })}>${is_stored ? html`${t('offers_for')} <bdi>${id}</bdi>` : t('offers_for_unstored')}<//>
    <${Failure} error=${error}/><${Failure} error=${is_stored ? record.error : null}/><${Busy} when=${!data && !error}/>
    ${seeker && html`<${Sources} seeker=${seeker}/>`}
    <div class="with-side"><div>
      ${data && html`<ol class="matches">${data.matches.map((m, i) => html`<${MatchCard} key=${m.offer} person=${id} match=${m} rank=${i + 1}
        was=${is_changed ? before.get(m.offer) ?? 0 : null} offer=${offers.get(m.offer)} frame=${data} gates=${what.gates} decisions=${(decisions.data?.decisions ?? []).filter((d) => d.offer === m.offer)}
        is_chosen=${chosen.includes(m.offer)} on_choose=${() => toggle(m.offer)}/>`)}</ol>
        ${data.matches.length === 0 && html`<p class="notice">${t('no_match')}</p>`}
        ${data.matches.length === limit && html`<button onClick=${() => setLimit(Math.min(limit + 20, 500))}>${t('more')}</button>`}
        ${chosen.length > 0 && html`<div class="bar" role="region" aria-label=${t('compare')}><span>${t('chosen', { n: chosen.length })}</span>
          ${chosen.length === 2 ? html`<a class="button main" href=${address('compare', id, ...chosen)}>${t('compare')}</a>` : html`<span class="soft">${t('choose_second')}</span>`}</div>`}
        <${Excluded} person=${id} frame=${data} base=${base}/>`}
    </div><aside aria-label=${t('tools')}>
      <${WhyNot} person=${id}/>
      <${WhatIf} who=${who} seeker=${seeker} frame=${data} what=${what} on=${setWhat}/>
      ${data && seeker && html`<${Map} seeker=${seeker} matches=${data.matches} offers=${offers}/><${Intakes} matches=${data.matches} offers=${offers}/>`}
      <section class="card"><h2>${t('own_title')}</h2><p>${t('own_lead')}</p><a class="button" href=${address('own', id)}>${t('own_open')}</a></section>
    </aside></div>`;
}

/** Where the facts about the person come from, and until when they hold. */
function Sources({ seeker }) {
  const proofs = (seeker.languages ?? []).filter((l) => l.level).map((l) => `${l.code} ${l.level}${l.evidence ? ` (${label('language_evidence', l.evidence)}${l.date ? `, ${day(l.date)}` : ''})` : ''}`);
  if (!seeker.source && proofs.length === 0) return null;
  return html`<p class="soft facts">${seeker.source && html`<span>${t('facts_from', { system: seeker.source.system, day: day(seeker.source.last_seen) })}</span>`}
    ${proofs.length > 0 && html`<span>${t('languages')}: ${proofs.join(', ')}</span>`}
    ${seeker.facts_review_by && html`<span>${t('review_by', { day: day(seeker.facts_review_by) })}</span>`}</p>`;
}
