// (f) Two offers side by side for one person.
import { Busy, Failure, Heading, OfferTitle, Score, Verdict, html } from '../lib/ui.mjs';
import { day, label, language, number, t } from '../lib/words.mjs';
import { address, personParams, useWork, withDay } from '../lib/state.mjs';
import { call } from '../lib/rpc.mjs';
import { intakeOf, loadOffers } from '../lib/records.mjs';
import { groupReasons } from './card.mjs';

export default function Compare({ args: [person, ...ids] }) {
  const { value, error } = useWork(async () => {
    const offers = await loadOffers(ids);
    const pairs = await Promise.all(ids.map((offer) => call('match.explain', withDay({ ...personParams(person), offer, lang: language() }))));
    return ids.map((id, i) => ({ id, offer: offers.get(id), match: pairs[i].matches[0], gates: pairs[i].gates }));
  }, [person, ...ids]);
  const list = (texts) => (texts.length ? html`<ul class="plain">${texts.map((text) => html`<li>${text}</li>`)}</ul>` : html`<span class="soft">${t('nothing')}</span>`);
  const rows = value && [
    [t('verdict'), (c) => html`<${Verdict} is=${c.match.verdict}/>`],
    [t('kind'), (c) => c.offer && label('kind', c.offer.kind)],
    [t('begin'), (c) => day(intakeOf(c.offer, c.match.intake)?.start)],
    [t('seats'), (c) => { const n = intakeOf(c.offer, c.match.intake)?.seats_free; return n == null ? t('not_said') : number(n); }],
    [t('hours_week'), (c) => (c.offer?.hours ? html`<bdi>${[...new Set([c.offer.hours.min, c.offer.hours.max])].filter((n) => n != null).join('–')}</bdi>` : t('not_said'))],
    [t('group_fits'), (c) => list(groupReasons(c.match).fits.map((r) => r.text))],
    [t('group_partly'), (c) => list(groupReasons(c.match).partly.map((r) => r.text))],
    [t('group_missing'), (c) => list(groupReasons(c.match).missing.map((r) => r.text))],
    [t('not_fulfilled'), (c) => list(c.gates.filter((g) => g.verdict !== 'yes').map((g) => g.text))],
    [t('group_steps'), (c) => list(c.match.steps.map((s) => s.text))],
    [t('support'), (c) => list((c.offer?.support ?? []).map((s) => label('support', s)))],
    [t('score'), (c) => html`<${Score} match=${c.match}/>`],
  ];
  return html`<p><a href=${address('person', person)}>← ${t('offers')}</a></p><${Heading}>${t('compare_title')}<//>
    <${Failure} error=${error}/><${Busy} when=${!value && !error}/>
    ${value && html`<div class="scroll" tabindex="0" role="region" aria-label=${t('compare_title')}><table class="compare"><thead><tr><td></td>${value.map((c) => html`<th scope="col"><a href=${address('pair', person, c.id)}><${OfferTitle} offer=${c.offer} id=${c.id}/></a></th>`)}</tr></thead>
      <tbody>${rows.map(([name, cell]) => html`<tr><th scope="row">${name}</th>${value.map((c) => html`<td>${cell(c)}</td>`)}</tr>`)}</tbody></table></div>`}`;
}
