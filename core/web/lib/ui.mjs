// Small parts that every view uses.
import { h, render, Fragment } from '../vendor/preact.mjs';
import htm from '../vendor/htm.mjs';
import { useEffect, useState } from '../vendor/hooks.mjs';
import { day, label, number, ownText, ownTextLang, points, t } from './words.mjs';

export const html = htm.bind(h);
export { render, Fragment };

/** Says something to who does not see the page. */
export function say(text) {
  const place = document.getElementById('live');
  if (!place) return;
  place.textContent = '';
  requestAnimationFrame(() => { place.textContent = text; });
}

/** The window's title follows the view's. */
export function useTitle() {
  useEffect(() => { document.title = `${document.getElementById('view-title')?.textContent ?? ''} · Lotse`; });
}

export function Heading({ children, lead }) {
  useTitle();
  return html`<header class="heading">
  <h1 tabindex="-1" id="view-title">${children}</h1>${lead && html`<p class="lead">${lead}</p>`}</header>`;
}

export const Failure = ({ error }) => error && html`<div class="notice bad" role="alert">
  <strong>${t(error.id === 'console.offline' ? 'offline' : error.id === 'not_found' ? 'not_found' : 'failed')}</strong>
  ${error.id !== 'console.offline' && html`<p lang="en" dir="ltr">${error.message}${error.detail && html`<br/>${error.detail}`}</p>`}</div>`;

export const Busy = ({ when }) => when && html`<p class="busy" role="status">${t('busy')}</p>`;

const VERDICTS = { yes: ['✓', 'fits'], check: ['?', 'to_check'], no: ['✕', 'does_not_fit'], step: ['→', 'fits_with_step'] };
/** A symbol, a word and a colour: never a colour alone. */
export const Verdict = ({ is }) => html`<span class="verdict ${is}"><span aria-hidden="true">${VERDICTS[is][0]}</span> ${t(VERDICTS[is][1])}</span>`;

/** After the reasons: the number, in whole points, with its band if facts are missing. */
export function Score({ match }) {
  const [low, high] = [points(match.low), points(match.high)];
  return html`<p class="score"><meter min="0" max="100" value=${points(match.score)} aria-hidden="true"></meter>
    <span>${t('score_of', { n: points(match.score) })}</span>${low !== high && html`<span class="soft"> ${t('score_band', { low, high })}</span>`}</p>`;
}

export const OfferTitle = ({ offer, id }) => offer
  ? html`<bdi lang=${ownTextLang(offer.title)}>${ownText(offer.title)}</bdi>` : html`<bdi>${id}</bdi>`;

export const OfferLine = ({ offer, intake }) => offer && html`<p class="soft facts">
  <span>${label('kind', offer.kind)}</span>${offer.provider?.name && html`<span><bdi>${offer.provider.name}</bdi></span>`}
  <span>${intake?.start ? t('starts', { day: day(intake.start) }) : t('starts_any')}</span>
  ${intake?.seats_free != null && html`<span>${t('seats_free', { n: number(intake.seats_free) })}</span>`}</p>`;

let field_count = 0;
/** A labelled control. `error` is said with it; `hint` explains it. */
export function Field({ text, hint, error, children }) {
  const [id] = useState(() => `field-${++field_count}`);
  const control = children(id, error ? `${id}-error` : hint ? `${id}-hint` : undefined);
  return html`<div class="field"><label for=${id}>${text}</label>${control}
    ${hint && html`<p class="hint" id="${id}-hint">${hint}</p>`}
    ${error && html`<p class="wrong" id="${id}-error"><span aria-hidden="true">✕ </span>${error}</p>`}</div>`;
}

export const Choice = ({ text, value, options, on, hint, error, none }) => html`<${Field} text=${text} hint=${hint} error=${error}>${(id, about) => html`
  <select id=${id} value=${value ?? ''} aria-describedby=${about} aria-invalid=${error ? 'true' : undefined} onChange=${(e) => on(e.currentTarget.value)}>
    ${none !== undefined && html`<option value="">${none}</option>`}
    ${options.map(([code, name]) => html`<option value=${code}>${name}</option>`)}</select>`}<//>`;

export const Input = ({ text, hint, error, on, ...rest }) => html`<${Field} text=${text} hint=${hint} error=${error}>${(id, about) => html`
  <input id=${id} aria-describedby=${about} aria-invalid=${error ? 'true' : undefined} onInput=${(e) => on(e.currentTarget.value)} ...${rest} />`}<//>`;

/** A table that scrolls in itself where it is too wide, reachable by keyboard. */
export const Table = ({ caption, head, rows, empty }) => (rows.length === 0 ? html`<p>${empty ?? t('nothing')}</p>` : html`
  <div class="scroll" tabindex="0" role="region" aria-label=${caption}><table><caption>${caption}</caption>
    <thead><tr>${head.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell, i) => (i === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody></table></div>`);
