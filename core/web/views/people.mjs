// (i) From an offer: people for its free seats in three groups, inside a group by waiting time. No score is
// shown and none orders them: no number stands for a person.
import { Busy, Failure, Heading, OfferLine, OfferTitle, Verdict, html } from '../lib/ui.mjs';
import { day, language, number, t } from '../lib/words.mjs';
import { address, today, useCall, useWork, withDay } from '../lib/state.mjs';
import { callAll } from '../lib/rpc.mjs';
import { loadOffers, seatsOf } from '../lib/records.mjs';

/** Since when somebody waits: the open spell of unemployment. Null if the record does not say. */
export const waitingSince = (seeker) => (seeker?.spells ?? []).filter((s) => s.status === 'unemployed' && !s.to).map((s) => s.from).sort()[0] ?? null;

/** The three groups, each with who waits longest first; who has no date comes last, by id. */
export function groupPeople(matches, since) {
  const groups = { yes: [], step: [], check: [] };
  for (const m of matches) groups[m.verdict === 'check' ? 'check' : m.steps.length ? 'step' : 'yes'].push({ ...m, since: since.get(m.seeker) ?? null });
  const order = (a, b) => (a.since ?? '9999').localeCompare(b.since ?? '9999') || a.seeker.localeCompare(b.seeker);
  Object.values(groups).forEach((g) => g.sort(order));
  return groups;
}

export default function People({ args: [offer_id] }) {
  const { value: offers, error: lost } = useWork(() => loadOffers([offer_id]), [offer_id]);
  const { data, error } = useCall('match.query', withDay({ offer: offer_id, limit: 500, lang: language() }));
  const { value: since } = useWork(async () => {
    if (!data) return null;
    const records = await callAll(data.matches.map((m) => ['seeker.get', { id: m.seeker }]));
    return new Map(records.map((r, i) => [data.matches[i].seeker, waitingSince(r?.seeker)]));
  }, [data]);
  const offer = offers?.get(offer_id);
  const groups = data && since && groupPeople(data.matches, since);
  return html`<${Heading}><${OfferTitle} offer=${offer} id=${offer_id}/><//><${OfferLine} offer=${offer} intake=${offer?.intakes?.find((i) => i.start >= today()) ?? offer?.intakes?.[0]}/>
    <${Failure} error=${lost ?? error}/><${Busy} when=${!groups && !error}/>
    ${offer && html`<p>${t('people_lead', { n: number(seatsOf(offer)) })}</p>`}
    ${groups && html`<div class="thirds">${Object.entries(groups).map(([name, list]) => html`<section class="card"><h2><${Verdict} is=${name}/> <span class="soft">${number(list.length)}</span></h2>
      ${list.length === 0 ? html`<p class="soft">${t('nobody')}</p>` : html`<ul class="rows">${list.map((m) => html`<li><a href=${address('pair', m.seeker, offer_id)}><bdi>${m.seeker}</bdi></a>
        <span class="soft">${m.since ? t('waiting_since', { day: day(m.since) }) : t('waiting_unknown')}</span>
        ${name !== 'yes' && html`<ul class="plain soft">${(name === 'check' ? m.checks : m.steps).slice(0, 3).map((x) => html`<li>${x.text}</li>`)}</ul>`}</li>`)}</ul>`}</section>`)}</div>
      <p class="soft">${data.matches[0] ? t('proposed_to', { n: data.matches[0].proposed_to }) : ''} ${t('excluded', { n: number(data.total.excluded), all: number(data.total.rows) })}</p>`}`;
}
