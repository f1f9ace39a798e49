// (a) A dozen fields instead of a stored record: answered and forgotten.
import { useState } from '../vendor/hooks.mjs';
import { Choice, Heading, Input, html } from '../lib/ui.mjs';
import { label, t } from '../lib/words.mjs';
import { NOT_STORED, getUnstored, go, setUnstored } from '../lib/state.mjs';

const LEVELS = ['A0', 'A1', 'A2', 'B1', 'B2', 'C1', 'C2'];
const SCHOOLS = ['none', 'lower_secondary', 'intermediate', 'applied_entrance', 'general_entrance', 'abroad'];
const PERMISSIONS = ['free', 'allowed', 'with_consent', 'not_yet', 'barred'];
export const KINDS = ['language_course', 'qualification', 'school_certificate', 'recognition_measure', 'apprenticeship', 'internship', 'coaching', 'counselling', 'mentoring', 'work_opportunity', 'subsidised_job', 'job', 'volunteering'];

/** Only what was filled in becomes part of the record: nothing said is nothing known. */
export function makeRecord(f) {
  const record = {};
  if (f.lat && f.lon) record.location = { lat: Number(f.lat), lon: Number(f.lon), ...(f.postcode ? { postcode: f.postcode } : {}) };
  if (f.max_km) record.mobility = { max_km: Number(f.max_km) };
  if (f.german) record.languages = [{ code: 'de', level: f.german }];
  if (f.school) record.education = { school: f.school };
  if (f.occupation) record.wishes = { occupations: [/^\d/.test(f.occupation) ? `isco:${f.occupation}` : f.occupation] };
  if (f.kind) record.wishes = { ...record.wishes, kinds: [f.kind] };
  const availability = {};
  if (f.from) availability.from = f.from;
  if (f.hours_max) Object.assign(availability, { hours_min: 0, hours_max: Number(f.hours_max) });
  if (f.mornings) availability.windows = [{ by_day: ['mo', 'tu', 'we', 'th', 'fr'], start_time: '08:00', end_time: '13:00' }];
  if (Object.keys(availability).length) record.availability = availability;
  if (f.permission) record.work_permission = { status: f.permission };
  const needs = ['childcare', 'step_free_access'].filter((n) => f[n]);
  if (needs.length) record.needs = needs;
  if (f.unemployed_since) record.spells = [{ status: 'unemployed', from: f.unemployed_since, to: null }];
  return record;
}

export default function Quick() {
  const [f, setF] = useState(getUnstored()?.form ?? {});
  const set = (name) => (value) => setF({ ...f, [name]: value });
  const options = (list, codes) => codes.map((c) => [c, label(list, c)]);
  const submit = (e) => {
    e.preventDefault();
    const record = makeRecord(f);
    Object.defineProperty(record, 'form', { value: f, enumerable: false });
    setUnstored(record);
    go('person', NOT_STORED);
  };
  const tick = (name, text) => html`<label class="tick"><input type="checkbox" checked=${!!f[name]} onChange=${(e) => set(name)(e.currentTarget.checked)}/> ${text}</label>`;
  return html`<${Heading} lead=${t('quick_lead')}>${t('nav_quick')}<//>
    <form class="card" onSubmit=${submit}><div class="grid">
      <${Choice} text=${t('q_german')} value=${f.german} none=${t('not_said')} options=${LEVELS.map((l) => [l, l])} on=${set('german')}/>
      <${Choice} text=${t('q_school')} value=${f.school} none=${t('not_said')} options=${options('school', SCHOOLS)} on=${set('school')}/>
      <${Choice} text=${t('q_permission')} value=${f.permission} none=${t('not_said')} options=${options('work_permission', PERMISSIONS)} on=${set('permission')}/>
      <${Choice} text=${t('q_kind')} value=${f.kind} none=${t('any')} options=${options('kind', KINDS)} on=${set('kind')}/>
      <${Input} text=${t('q_occupation')} hint=${t('q_occupation_hint')} value=${f.occupation ?? ''} on=${set('occupation')} dir="ltr" autocomplete="off" pattern="(isco:|kldb:)?[0-9]{1,5}"/>
      <${Input} text=${t('q_hours')} type="number" min="1" max="60" value=${f.hours_max ?? ''} on=${set('hours_max')}/>
      <${Input} text=${t('q_from')} type="date" value=${f.from ?? ''} on=${set('from')}/>
      <${Input} text=${t('q_unemployed')} type="date" value=${f.unemployed_since ?? ''} on=${set('unemployed_since')}/>
      <${Input} text=${t('q_lat')} hint=${t('q_place_hint')} type="number" step="any" min="-90" max="90" value=${f.lat ?? ''} on=${set('lat')}/>
      <${Input} text=${t('q_lon')} type="number" step="any" min="-180" max="180" value=${f.lon ?? ''} on=${set('lon')}/>
      <${Input} text=${t('q_km')} type="number" min="1" max="500" value=${f.max_km ?? ''} on=${set('max_km')}/></div>
      <fieldset><legend>${t('q_needs')}</legend>${tick('childcare', label('support', 'childcare'))}${tick('step_free_access', label('support', 'step_free_access'))}${tick('mornings', t('q_mornings'))}</fieldset>
      <div class="buttons"><button class="main">${t('show_offers')}</button><button type="reset" onClick=${() => { setF({}); setUnstored(null); }}>${t('forget')}</button></div></form>`;
}
