// (b) One match: what fits, what is partly there, what is missing; then the score.
import { OfferLine, OfferTitle, Score, Verdict, html } from '../lib/ui.mjs';
import { day, label, t } from '../lib/words.mjs';
import { address } from '../lib/state.mjs';
import { intakeOf } from '../lib/records.mjs';

/** Reasons in three groups. A score of nothing under a gate that is fulfilled is "just enough". */
export function groupReasons(match) {
  const groups = { fits: [], partly: [], missing: [] };
  for (const r of match.reasons) {
    const just_enough = r.points === 0 && r.criterion === 'lotse.language';
    if (r.verdict === 'check') groups.missing.push(r);
    else if (r.points >= r.max * 0.7) groups.fits.push(r);
    else groups[r.points > 0 || just_enough ? 'partly' : 'missing'].push(r);
  }
  return groups;
}

const SIGNS = { fits: '✓', partly: '◐', missing: '○' };

export function Reasons({ match, heading = 'h3' }) {
  const groups = groupReasons(match);
  return html`<div class="reasons">${Object.entries(groups).filter(([, list]) => list.length).map(([name, list]) => html`
    <div class="reason-group ${name}"><${heading}><span aria-hidden="true">${SIGNS[name]}</span> ${t(`group_${name}`)}<//><ul>${list.map((r) => html`<li>${r.text}</li>`)}</ul></div>`)}
    ${match.checks.length > 0 && html`<div class="reason-group check"><${heading}><span aria-hidden="true">?</span> ${t('group_check')}<//><ul>${match.checks.map((c) => html`<li>${c.text}</li>`)}</ul></div>`}
    ${match.steps.length > 0 && html`<div class="reason-group step"><${heading}><span aria-hidden="true">→</span> ${t('group_steps')}<//><ul>${match.steps.map((s) => html`<li>${s.text}${s.by && html` <span class="soft">${t('until', { day: day(s.by) })}</span>`}</li>`)}</ul></div>`}</div>`;
}

/** What the proposal rests on, in one line at its foot. */
export const Protocol = ({ match, offer, frame }) => html`<details class="protocol"><summary>${t('rests_on')}</summary><p class="soft">
  ${offer?.source && html`${t('offer_from', { system: offer.source.system, day: day(offer.source.last_seen) })} `}
  ${offer?.confirmed_on && html`${t('confirmed', { day: day(offer.confirmed_on) })} `}
  ${t('protocol', { strategy: frame.strategy, day: day(frame.as_of), snapshot: frame.snapshot })}<br/><bdi>${match.plugins.join(', ')}</bdi></p></details>`;

function Moved({ was, rank }) {
  if (was === null || was === rank) return null;
  const text = was === 0 ? t('moved_new') : was > rank ? t('moved_up', { n: was }) : t('moved_down', { n: was });
  return html`<span class="moved"><span aria-hidden="true">${was === 0 ? '✱' : was > rank ? '▲' : '▼'}</span> ${text}</span>`;
}

export default function MatchCard({ person, match, rank, was, offer, frame, decisions, is_chosen, on_choose }) {
  const last = decisions[decisions.length - 1];
  return html`<li class="card match ${was !== null && was !== rank ? 'changed' : ''}" id="m-${match.offer}">
    <div class="match-head"><span class="rank" aria-hidden="true">${rank}</span><h2><a href=${address('pair', person, match.offer)}><${OfferTitle} offer=${offer} id=${match.offer}/></a></h2><${Verdict} is=${match.verdict}/><${Moved} was=${was} rank=${rank}/></div>
    <${OfferLine} offer=${offer} intake=${intakeOf(offer, match.intake)}/>
    ${last && html`<p class="decided"><strong>${label('decision', last.decision)}</strong>${last.reason && `: ${label('decision_reason', last.reason)}`}${last.text && html`: <bdi>${last.text}</bdi>`}</p>`}
    <${Reasons} match=${match}/>
    <${Score} match=${match}/>
    <p class="soft">${match.proposed_to > 0 ? t('proposed_to', { n: match.proposed_to }) : t('proposed_to_none')}${match.other_intakes.total > 0 ? ` · ${t('other_intakes', { n: match.other_intakes.total })}` : ''}</p>
    <${Protocol} match=${match} offer=${offer} frame=${frame}/>
    <div class="buttons"><a class="button" href=${address('pair', person, match.offer)}>${t('look_and_decide')}<span class="unseen">: ${match.offer}</span></a>
      <button aria-pressed=${is_chosen ? 'true' : 'false'} onClick=${on_choose}>${t('to_compare')}<span class="unseen">: ${match.offer}</span></button></div></li>`;
}
