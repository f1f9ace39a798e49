// (n) The person's own view: large, in their language, without scores.
import { useEffect, useState } from '../vendor/hooks.mjs';
import { Busy, Failure, html, say, useTitle } from '../lib/ui.mjs';
import { LANGUAGES, day, label, language, loadLanguage, ownText, ownTextLang, t } from '../lib/words.mjs';
import { NOT_STORED, address, personParams, useWork, withDay } from '../lib/state.mjs';
import { call } from '../lib/rpc.mjs';
import { intakeOf, loadOffers } from '../lib/records.mjs';
import { groupReasons } from './card.mjs';

const ANSWERS = { suits: 'note', suits_not: 'note', wrong: 'data_wrong' };
const SIGNS = { suits: '✓', suits_not: '✕', wrong: '!' };

export default function Own({ who, args: [person] }) {
  const [lang, setLang] = useState(language());
  const [at, setAt] = useState(0);
  const [given, setGiven] = useState({});
  const [error, setError] = useState(null);
  const { value, error: failed } = useWork(async () => {
    await loadLanguage(lang);
    const data = await call('match.query', withDay({ ...personParams(person), lang, limit: 6, totals: false }));
    return { matches: data.matches, offers: await loadOffers(data.matches.map((m) => m.offer)), lang };
  }, [lang, person]);
  // The caseworker's language comes back with the caseworker's page.
  useEffect(() => { const before = language(); return () => { loadLanguage(before); }; }, []);
  const m = value?.matches[at];
  const offer = m && value.offers.get(m.offer);
  const intake = m && intakeOf(offer, m.intake);
  useTitle();
  const can_keep = person !== NOT_STORED && who.methods.has('decision.record');
  const move = (to) => { setAt(to); document.getElementById('view-title')?.focus(); };
  const answer = async (what) => {
    try {
      if (can_keep) await call('decision.record', { seeker: person, offer: m.offer, decision: ANSWERS[what], text: `${t('person_said')}: ${t(`own_${what}`)}` });
      setError(null); setGiven({ ...given, [m.offer]: what }); say(t('own_thanks'));
    } catch (why) { setError(why); }
  };
  return html`<div class="own"><div class="own-top"><label>${t('language')} <select onChange=${(e) => setLang(e.currentTarget.value)}>${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} selected=${code === lang}>${name}</option>`)}</select></label></div>
    <${Failure} error=${failed ?? error}/><${Busy} when=${!value && !failed}/>
    <h1 tabindex="-1" id="view-title">${m ? html`<bdi lang=${ownTextLang(offer?.title, lang)}>${ownText(offer?.title, lang) || m.offer}</bdi>` : t('own_title')}</h1>
    ${value && !m && html`<p>${t('no_match')}</p>`}
    ${m && html`<p class="soft">${t('own_place', { n: at + 1, all: value.matches.length })}</p>
      <dl><dt>${t('kind')}</dt><dd>${label('kind', offer?.kind ?? '')}</dd><dt>${t('begin')}</dt><dd>${intake?.start ? day(intake.start) : t('starts_any')}</dd>
        ${offer?.provider?.name && html`<dt>${t('where')}</dt><dd><bdi>${offer.provider.name}</bdi></dd>`}</dl>
      <h2>${t('own_why')}</h2><ul>${[...groupReasons(m).fits, ...groupReasons(m).partly].map((r) => html`<li>${r.text}</li>`)}</ul>
      ${m.checks.length > 0 && html`<h2>${t('own_ask')}</h2><ul>${m.checks.map((c) => html`<li>${c.text}</li>`)}</ul>`}
      ${m.steps.length > 0 && html`<h2>${t('own_steps')}</h2><ul>${m.steps.map((s) => html`<li>${s.text}</li>`)}</ul>`}
      <h2>${t('own_question')}</h2><div class="own-answers" role="group" aria-label=${t('own_question')}>${Object.keys(ANSWERS).map((what) => html`<button aria-pressed=${given[m.offer] === what ? 'true' : 'false'} onClick=${() => answer(what)}><span aria-hidden="true">${SIGNS[what]}</span> ${t(`own_${what}`)}</button>`)}</div>
      ${given[m.offer] && html`<p class="notice good">${t('own_thanks')}</p>`}${!can_keep && html`<p class="soft">${t('own_not_kept')}</p>`}
      <div class="buttons"><button disabled=${at === 0} onClick=${() => move(at - 1)}>${t('back')}</button><button disabled=${at + 1 >= value.matches.length} onClick=${() => move(at + 1)}>${t('next')}</button></div>`}
    <p class="own-end"><a href=${address('person', person)}>${t('own_end')}</a></p></div>`;
}
