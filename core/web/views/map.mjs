// (e) The offers around the person, and when they begin. Own drawings, no tiles: numbers are those of the list.
import { html } from '../lib/ui.mjs';
import { day, monthName, ownText, t } from '../lib/words.mjs';
import { intakeOf } from '../lib/records.mjs';
import { today } from '../lib/state.mjs';

const SIZE = 320;
const RINGS = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** Kilometres east and north of the person; good enough for a drawing. */
export function offsetKm(from, to) {
  const north = (to.lat - from.lat) * 111.2;
  return { east: (to.lon - from.lon) * 111.2 * Math.cos((from.lat * Math.PI) / 180), north };
}

export function Map({ seeker, matches, offers }) {
  if (seeker.location?.lat == null) return null;
  const placed = matches.map((m, i) => ({ m, rank: i + 1, place: offers.get(m.offer)?.location })).filter((p) => p.place?.lat != null)
    .map((p) => ({ ...p, ...offsetKm(seeker.location, p.place) }));
  const far = Math.max(1, ...placed.map((p) => Math.hypot(p.east, p.north)));
  const reach = RINGS.find((r) => r >= far) ?? far;
  const scale = (SIZE / 2 - 22) / reach;
  const rings = RINGS.filter((r) => r <= reach).slice(-3);
  return html`<figure class="card"><h2>${t('map')}</h2>
    <svg class="map" viewBox="0 0 ${SIZE} ${SIZE}" role="img" aria-label=${t('map_text', { n: placed.length, km: reach })}>
      ${rings.map((r) => html`<circle class="ring" cx=${SIZE / 2} cy=${SIZE / 2} r=${r * scale}/><text class="ring-text" x=${SIZE / 2} y=${SIZE / 2 - r * scale - 3}>${t('km', { n: r })}</text>`)}
      <path class="home" d="M${SIZE / 2} ${SIZE / 2 - 9}l9 8v9h-18v-9z"/>
      ${[...placed].reverse().map((p) => { const x = SIZE / 2 + p.east * scale; const y = SIZE / 2 - p.north * scale; return html`<g class="pin ${p.m.verdict}">
        ${p.m.verdict === 'yes' ? html`<circle cx=${x} cy=${y} r="11"/>` : html`<rect x=${x - 10} y=${y - 10} width="20" height="20" rx="3"/>`}<text x=${x} y=${y + 4}>${p.rank}</text></g>`; })}</svg>
    <figcaption class="soft">${t('map_legend')}</figcaption></figure>`;
}

const ROW = 26;
const LEFT = 26;
const WIDTH = 340;

export function Intakes({ matches, offers }) {
  const rows = matches.map((m, i) => { const intake = intakeOf(offers.get(m.offer), m.intake); return { rank: i + 1, m, start: intake?.start, register_by: intake?.register_by, title: ownText(offers.get(m.offer)?.title) }; });
  const dated = rows.filter((r) => r.start);
  if (dated.length === 0) return null;
  const first = Date.parse(today());
  const last = Math.max(first + 90 * 864e5, ...dated.map((r) => Date.parse(r.start)));
  const at = (text) => LEFT + (Math.max(0, Date.parse(text) - first) / (last - first)) * (WIDTH - LEFT - 14);
  const months = [];
  for (let d = new Date(first); d.getTime() <= last; d = new Date(Date.UTC(d.getUTCFullYear(), d.getUTCMonth() + 1, 1))) months.push(d);
  const every = Math.ceil(months.length / 5);
  const height = dated.length * ROW + 28;
  return html`<figure class="card"><h2>${t('intakes')}</h2>
    <svg class="timeline" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label=${t('intakes_text', { n: dated.length })}>
      ${months.slice(1).filter((_, i) => i % every === 0).map((d) => html`<line class="month" x1=${at(d.toISOString().slice(0, 10))} x2=${at(d.toISOString().slice(0, 10))} y1="0" y2=${height - 20}/><text class="month-text" x=${at(d.toISOString().slice(0, 10))} y=${height - 6}>${monthName(d)}</text>`)}
      ${dated.map((r, i) => { const y = i * ROW + 14; return html`<g class="bar ${r.m.verdict}"><text class="bar-rank" x="10" y=${y + 4}>${r.rank}</text>
        <line x1=${LEFT} x2=${at(r.start)} y1=${y} y2=${y}/>${r.register_by && html`<path class="tick-mark" d="M${at(r.register_by)} ${y - 6}v12"/>`}<circle cx=${at(r.start)} cy=${y} r="6"/></g>`; })}</svg>
    <figcaption class="soft">${t('intakes_legend')}</figcaption>
    <details><summary>${t('as_text')}</summary><ol class="plain">${dated.map((r) => html`<li value=${r.rank}><bdi>${r.title}</bdi>: ${t('starts', { day: day(r.start) })}${r.register_by ? `, ${t('until', { day: day(r.register_by) })}` : ''}</li>`)}</ol></details></figure>`;
}
