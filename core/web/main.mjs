// The console: who we are, which views there are for us, and which one the address names.
import { useEffect, useRef, useState } from './vendor/hooks.mjs';
import { greet, whenSignedOut, call } from './lib/rpc.mjs';
import { LANGUAGES, directionOf, isKnown, language, loadLanguage, t } from './lib/words.mjs';
import { THEMES, askedDay, keepSetting, readAddress, setting } from './lib/state.mjs';
import { Failure, html, render } from './lib/ui.mjs';
import { day } from './lib/words.mjs';
import Start from './views/start.mjs';

const later = (name) => () => import(`./views/${name}.mjs`);

// The views: first part of the address, methods without which there is none, where it is shown.
const VIEWS = [
  { at: '', needs: [], nav: 'nav_start', load: async () => ({ default: Start }) },
  { at: 'quick', needs: ['match.query'], nav: 'nav_quick', load: later('quick') },
  { at: 'person', needs: ['match.query'], load: later('matches') },
  { at: 'pair', needs: ['match.explain'], load: later('pair') },
  { at: 'compare', needs: ['match.explain'], load: later('compare') },
  { at: 'letter', needs: ['letter.get'], load: later('letter') },
  { at: 'own', needs: ['match.query'], load: later('own') },
  { at: 'offer', needs: ['match.query'], load: later('people') },
  { at: 'batch', needs: ['batch.status'], nav: 'nav_batch', load: later('batch') },
  { at: 'plugins', needs: ['plugin.list'], nav: 'nav_plugins', load: later('plugins') },
  { at: 'report', needs: ['decision.report'], nav: 'nav_report', load: later('report') },
  { at: 'trail', needs: ['audit.list'], nav: 'nav_trail', load: later('trail') },
  { at: 'about', needs: [], load: later('about') },
];

const isThere = (view, who) => view.needs.every((name) => who.methods.has(name));

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  keepSetting('theme', theme);
}

/** Loads the module of the view that the address names, then shows it and moves the focus there. */
function View({ who, place }) {
  const [shown, setShown] = useState(null);
  const wanted = VIEWS.find((v) => v.at === (place.parts[0] ?? '')) ?? VIEWS[0];
  useEffect(() => {
    let is_current = true;
    wanted.load().then((m) => is_current && setShown({ at: wanted.at, Part: m.default }));
    return () => { is_current = false; };
  }, [wanted.at]);
  const has_moved = useRef(false); // the page's first view leaves the focus where it is
  const path = place.parts.join('/');
  useEffect(() => {
    if (!shown || shown.at !== wanted.at) return;
    const title = document.getElementById('view-title');
    if (has_moved.current) title?.focus({ preventScroll: true });
    has_moved.current = true;
    window.scrollTo(0, 0);
  }, [shown?.at, path]);
  if (!isThere(wanted, who)) return html`<h1 tabindex="-1" id="view-title">${t('no_view')}</h1>`;
  if (!shown || shown.at !== wanted.at) return html`<p class="busy" role="status">${t('busy')}</p>`;
  return html`<${shown.Part} key=${path} who=${who} args=${place.parts.slice(1)} query=${place.query} />`;
}

function Settings({ on_lang }) {
  const [theme, change] = useState(setting('theme', 'auto'));
  return html`<div class="settings">
    <label>${t('language')} <select onChange=${(e) => on_lang(e.currentTarget.value)}>
      ${Object.entries(LANGUAGES).map(([code, name]) => html`<option value=${code} lang=${code} selected=${code === language()}>${name}</option>`)}</select></label>
    <label>${t('theme')} <select onChange=${(e) => { setTheme(e.currentTarget.value); change(e.currentTarget.value); }}>
      ${THEMES.map((name) => html`<option value=${name} selected=${name === theme}>${t(`theme_${name}`)}</option>`)}</select></label></div>`;
}

function SignIn({ on_in }) {
  const [token, setToken] = useState('');
  const [error, setError] = useState(null);
  const signIn = async (e) => {
    e.preventDefault();
    try { await call('session.login', { token: token.trim() }); on_in(); } catch (why) { setError(why); document.getElementById('token')?.focus(); }
  };
  return html`<form class="card narrow" onSubmit=${signIn}><h1 tabindex="-1" id="view-title">${t('sign_in')}</h1>
    <div class="field"><label for="token">${t('token')}</label>
      <input id="token" type="password" autocomplete="current-password" required value=${token} aria-describedby="token-hint" onInput=${(e) => setToken(e.currentTarget.value)}/>
      <p class="hint" id="token-hint">${t('token_hint')}</p></div>
    <${Failure} error=${error}/><button class="main">${t('sign_in')}</button></form>`;
}

function App() {
  const [who, setWho] = useState(null);
  const [error, setError] = useState(null);
  const [place, setPlace] = useState(readAddress());
  const [lang, setLang] = useState(language());
  const ask = () => greet().then((w) => { setWho(w); setError(null); }, setError);
  useEffect(() => {
    whenSignedOut(() => setWho((w) => (w ? { ...w, signed_in: false } : w)));
    const onMove = () => setPlace(readAddress());
    addEventListener('hashchange', onMove);
    ask();
    return () => removeEventListener('hashchange', onMove);
  }, []);
  const changeLang = async (code) => { await loadLanguage(code); keepSetting('lang', code); setLang(code); };
  const isOwn = place.parts[0] === 'own';
  const inside = who?.signed_in;
  return html`<a class="skip" href="#main" onClick=${(e) => { e.preventDefault(); document.getElementById('main').focus(); }}>${t('skip')}</a>
    ${!isOwn && html`<header class="top"><a class="brand" href="#/"><img src="lotse.svg" alt="" width="32" height="32"/> Lotse</a>
      ${inside && html`<nav aria-label=${t('nav')}><ul>${VIEWS.filter((v) => v.nav && isThere(v, who)).map((v) => html`
        <li><a href=${`#/${v.at}`} aria-current=${(place.parts[0] ?? '') === v.at ? 'page' : undefined}>${t(v.nav)}</a></li>`)}</ul></nav>`}
      <${Settings} on_lang=${changeLang}/>
      ${inside && who.can_sign_in && who.user && html`<button onClick=${() => call('session.logout').finally(ask)}>${t('sign_out')}</button>`}</header>`}
    <main id="main" tabindex="-1" key=${lang}>
      ${askedDay() && !isOwn && html`<p class="notice">${t('asked_day', { day: day(askedDay()) })}</p>`}
      <${Failure} error=${error}/>
      ${!who && !error && html`<p class="busy" role="status">${t('busy')}</p>`}
      ${who && (inside ? html`<${View} who=${who} place=${place}/>` : html`<${SignIn} on_in=${ask}/>`)}</main>
    ${!isOwn && html`<footer><p>${t('promise')}</p><p><a href="#/about">${t('about')}</a></p></footer>`}`;
}

const wished = [new URLSearchParams(location.search).get('lang'), setting('lang', ''), ...navigator.languages.flatMap((l) => [l, l.slice(0, 2)])];
setTheme(setting('theme', 'auto'));
await loadLanguage(wished.find((l) => l && isKnown(l)) ?? 'en');
document.documentElement.dir = directionOf(language());
const root = document.getElementById('app');
root.textContent = '';
render(html`<${App}/>`, root);
