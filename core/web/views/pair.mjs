// (b, c, g) One person and one offer: reasons, every condition, what would open it, and what you decide.
import { Busy, Failure, Heading, OfferLine, OfferTitle, Score, Verdict, html } from '../lib/ui.mjs';
import { day, language, number, ownText, ownTextLang, points, t } from '../lib/words.mjs';
import { NOT_STORED, address, getUnstored, personParams, useCall, useWork, withDay } from '../lib/state.mjs';
import { loadOffers, intakeOf } from '../lib/records.mjs';
import { Protocol, Reasons } from './card.mjs';
import Decide from './decide.mjs';
import { useCriteria } from './whynot.mjs';

function Opens({ gates }) {
  const opens = gates.flatMap((g) => g.opens);
  if (opens.length === 0) return null;
  return html`<section class="card"><h2>${t('opens')}</h2><p class="soft">${t('opens_lead')}</p><ul class="opens">${opens.map((o) => html`<li>${o.text}
    ${o.score_after != null && html` <strong>${t('score_after', { n: points(o.score_after) })}</strong>`}</li>`)}</ul></section>`;
}

/** The way there, where the server knows ways: dated chains of offers. */
function Path({ person, offer }) {
  const { data, error } = useCall('path.find', withDay({ ...personParams(person), to: `offer:${offer}`, lang: language(), limit: 3 }));
  return html`<section class="card"><h2>${t('path')}</h2><${Failure} error=${error}/><${Busy} when=${!data && !error}/>
    ${data && html`<p>${data.text}</p>${data.chains.map((c) => html`<div class="chain"><p>${c.text}</p><ol>${c.steps.map((s) => html`<li>${s.text ?? s.offer}</li>`)}</ol><p class="soft">${t('path_arrival', { day: day(c.arrival), weeks: number(c.weeks) })}</p></div>`)}
      ${data.missing.length > 0 && html`<ul>${data.missing.map((m) => html`<li>${m.text}</li>`)}</ul>`}`}</section>`;
}

const SIGNS = { yes: '✓', check: '?', no: '✕' };
const Gates = ({ gates, name }) => html`<ul class="gates">${gates.map((g) => html`<li class=${g.verdict}><span class="sign" aria-hidden="true">${SIGNS[g.verdict]}</span>
  <span><span class="unseen">${t(g.verdict === 'yes' ? 'gate_yes' : g.verdict === 'no' ? 'gate_no' : 'gate_check')}: </span>${g.text} <span class="soft">${name(g.criterion)}</span></span></li>`)}</ul>`;

export default function Pair({ who, args: [person, offer_id] }) {
  const is_stored = person !== NOT_STORED;
  const is_lost = !is_stored && !getUnstored();
  const asked = is_lost ? null : withDay({ ...personParams(person), offer: offer_id, lang: language() });
  const { data, error } = useCall('match.explain', asked);
  const { value: offers } = useWork(() => loadOffers([offer_id]), [offer_id]);
  const name = useCriteria();
  if (is_lost) return html`<${Heading}>${t('forgotten')}<//><p><a class="button" href="#/quick">${t('nav_quick')}</a></p>`;
  const offer = offers?.get(offer_id);
  const match = data?.matches[0];
  const intake = intakeOf(offer, match?.intake);
  const open = data ? data.gates.filter((g) => g.verdict !== 'yes') : [];
  return html`<p><a href=${address('person', person)}>← ${is_stored ? html`${t('offers_for')} <bdi>${person}</bdi>` : t('offers_for_unstored')}</a></p>
    <${Heading}><${OfferTitle} offer=${offer} id=${offer_id}/><//>
    <${OfferLine} offer=${offer} intake=${intake}/><${Failure} error=${error}/><${Busy} when=${!data && !error}/>
    ${match && html`<div class="with-side"><div>
      <section class="card"><div class="match-head"><h2>${t('how_it_fits')}</h2><${Verdict} is=${match.verdict}/></div>
        ${open.length > 0 && html`<h3>${t('not_fulfilled')}</h3><${Gates} gates=${open} name=${name}/>`}
        <${Reasons} match=${match}/>
        <${Score} match=${match}/><p class="soft">${match.proposed_to > 0 ? t('proposed_to', { n: match.proposed_to }) : t('proposed_to_none')}</p>
        <details><summary>${t('all_gates', { n: number(data.gates.length) })}</summary><${Gates} gates=${data.gates} name=${name}/></details>
        <${Protocol} match=${match} offer=${offer} frame=${data}/></section>
      <${Opens} gates=${data.gates}/>
      ${who.methods.has('path.find') && match.verdict !== 'yes' && html`<${Path} person=${person} offer=${offer_id}/>`}
      ${offer?.description && html`<section class="card"><h2>${t('about_offer')}</h2><p lang=${ownTextLang(offer.description)}><bdi>${ownText(offer.description)}</bdi></p></section>`}</div>
    <aside aria-label=${t('tools')}>${is_stored && who.methods.has('decision.record')
      ? html`<${Decide} person=${person} offer=${offer_id} match=${match} frame=${data}/>`
      : html`<p class="notice">${t('cannot_decide')}</p>`}
      ${is_stored && who.methods.has('letter.get') && html`<section class="card"><h2>${t('letter')}</h2><p>${t('letter_lead')}</p><a class="button" href=${address('letter', person, offer_id)}>${t('letter_open')}</a></section>`}</aside></div>`}`;
}
