// A browser, a server with the shipped examples, and hands: a keyboard or a pointer.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';

export const [program, root, modules, out] = process.argv.slice(2);
const require = createRequire(`${modules}/package.json`);
const { chromium } = require('playwright-core');
const { AxeBuilder } = require('@axe-core/playwright');
export const DAY = '2026-11-23'; // the day the examples are made for

let passed = 0;
let failed = 0;
let skipped = 0;
export function ok(what, truth, more = '') {
  if (truth) passed++;
  else { failed++; console.log(`failed: ${what} ${more}`); }
}
export const is = (what, got, wanted) => ok(what, JSON.stringify(got) === JSON.stringify(wanted), `\n  got    ${JSON.stringify(got)}\n  wanted ${JSON.stringify(wanted)}`);
export function skip(what) { skipped++; console.log(`skipped: ${what}`); }
export function counts() { return { passed, failed, skipped }; }

/** A step of a story: what it throws is its failure, and the next one goes on. */
export async function step(what, work) {
  try { await work(); } catch (why) { ok(what, false, String(why.stack ?? why).split('\n').slice(0, 6).join('\n  ')); }
}

export async function openBrowser() {
  return chromium.launch({ executablePath: process.env.LOTSE_CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'] });
}

const run = (args) => execFileSync(program, args, { stdio: ['ignore', 'pipe', 'pipe'], encoding: 'utf8' });

/** A folder with the examples, and a token if this server knows users. */
export function makeTown(extra = []) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'lotse-e2e-'));
  const data = `${dir}/town`;
  run(['--data', data, 'init']);
  run(['--data', data, 'import', '--quiet', `${root}/schemas/examples/offers.ndjson`, `${root}/schemas/examples/seekers.ndjson`, ...extra]);
  let token = null;
  try { token = /lotse_[\w-]+/.exec(run(['--data', data, 'user', 'add', 'tester', '--role', 'admin']))?.[0] ?? null; } catch { /* no users yet: everybody on this machine may */ }
  return { dir, data, token };
}

/** One that answers for the page what a person would do; all by keyboard if so wished. */
export class Hands {
  constructor(page, by_keyboard) { this.page = page; this.by_keyboard = by_keyboard; this.tabs = 0; }

  // Moves the focus by the tab key alone until it is on the element.
  async reach(locator) {
    await locator.waitFor({ state: 'visible', timeout: 8000 });
    const target = await locator.elementHandle();
    for (let i = 0; i < 400; i++) {
      if (await target.evaluate((e) => document.activeElement === e)) return;
      await this.page.keyboard.press('Tab');
      this.tabs++;
    }
    throw new Error(`the keyboard does not reach ${locator}`);
  }

  async press(locator) {
    if (!this.by_keyboard) { await locator.click(); return; }
    await this.reach(locator);
    const kind = await locator.evaluate((e) => `${e.tagName} ${e.type ?? ''}`);
    await this.page.keyboard.press(/checkbox/.test(kind) ? 'Space' : 'Enter');
  }

  async type(locator, text) {
    if (!this.by_keyboard) { await locator.fill(text); return; }
    await this.reach(locator);
    await this.page.keyboard.press('Control+A');
    await this.page.keyboard.type(text);
  }

  async choose(locator, value) {
    if (!this.by_keyboard) { await locator.selectOption(value); return; }
    await this.reach(locator);
    for (let i = 0; i < 30 && (await locator.inputValue()) !== value; i++) await this.page.keyboard.press('ArrowDown');
    is('the keyboard chooses', await locator.inputValue(), value);
  }

  // One of a group of radio buttons: the group is one stop, arrows move inside.
  async mark(locator) {
    if (!this.by_keyboard) { await locator.check(); return; }
    const name = await locator.getAttribute('name');
    await this.reach(this.page.locator(`input[name="${name}"]:checked`));
    for (let i = 0; i < 8 && !(await locator.isChecked()); i++) await this.page.keyboard.press('ArrowDown');
    ok('the keyboard marks', await locator.isChecked());
  }

  async slide(locator, times) {
    if (this.by_keyboard) await this.reach(locator);
    else await locator.focus();
    for (let i = 0; i < times; i++) await this.page.keyboard.press('ArrowUp');
  }
}

export const settle = (page) => page.waitForFunction(() => document.querySelector('h1') && !document.querySelector('.busy'), null, { timeout: 10000 });

export async function violations(page) {
  const found = await new AxeBuilder({ page }).options({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], resultTypes: ['violations'] }).analyze();
  return found.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.target.join(' ')).join(' | ')}`);
}
