// Plays a scenario on the page in Chromium: node drive.mjs '{"scenario": .., "url": .., ..}'. The last line it prints is
// {"result": ..}; {"pause": NAME} waits for a line on standard input.

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const options = JSON.parse(process.argv[2]);
const { chromium } = createRequire(join(options.web, 'package.json'))('playwright-core');
const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync'];
const PATIENCE = 240_000;

const lines = createInterface({ input: process.stdin });
const print = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const pause = (name) => new Promise((resolve) => {
  lines.once('line', resolve);
  print({ pause: name });
});

/** Opens the page in a new context and waits until the model is ready; `page.problems` gathers what goes wrong in it. */
async function open(browser, settings = {}, url = options.url) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 850 }, ...settings });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.problems = [];
  page.hosts = new Set();
  page.on('pageerror', (error) => page.problems.push(error.message));
  page.on('console', (message) => /Content Security Policy|ERR_/.test(message.text()) && page.problems.push(message.text()));
  context.on('request', (request) => page.hosts.add(new URL(request.url()).host));
  await page.goto(url);
  await status(page, 'ready');
  return page;
}

const status = (page, text) => page.waitForFunction(
  (wanted) => document.getElementById('status').textContent.includes(wanted) || !document.getElementById('error').hidden, text);

async function reconstruct(page, picture) {
  await page.setInputFiles('#file', picture);
  await status(page, 'Done');
}

async function download(page, format, folder) {
  const [file] = await Promise.all([page.waitForEvent('download'), page.click(`[data-format=${format}]`)]);
  const path = join(folder, file.suggestedFilename());
  await file.saveAs(path);
  return path;
}

const at = async (page, x, y) => { // where on the screen the middle of a pixel is
  const box = await page.locator('#canvas').boundingBox();
  const [width, height] = await page.evaluate(() => [document.getElementById('canvas').width, document.getElementById('canvas').height]);
  return [box.x + ((x + 0.5) / width) * box.width, box.y + ((y + 0.5) / height) * box.height];
};
const text = (page, selector) => page.locator(selector).innerText();
const isolated = (page) => page.evaluate(() => crossOriginIsolated);
const about = (page) => page.evaluate(() => Object.fromEntries(
  [...document.querySelectorAll('#about dt')].map((name) => [name.textContent, name.nextElementSibling.textContent])));

const scenarios = {
  // Mouse and keyboard on a desktop: all that the page does with one picture, then another without any server.
  async desktop(browser, { picture, another, folder }) {
    const page = await open(browser);
    await status(page, 'without a network');
    await reconstruct(page, picture);
    const seen = {};
    await page.mouse.move(...(await at(page, 30, 20)));
    seen.hover = await text(page, '#readout');
    await page.mouse.click(...(await at(page, 30, 20)));
    await page.focus('#view');
    for (const key of ['ArrowRight', 'ArrowDown', 'Shift+ArrowRight', 'Enter']) await page.keyboard.press(key);
    seen.keys = await text(page, '#readout');
    await page.mouse.click(...(await at(page, 70, 60)));
    await page.focus('#view');
    await page.keyboard.press('Delete');
    seen.pins = await page.locator('#pins .place').allInnerTexts();
    await page.focus('#wavelength');
    const before = await page.evaluate(() => document.getElementById('canvas').toDataURL());
    for (let i = 0; i < 10; i++) await page.keyboard.press('ArrowRight');
    seen.wavelength = await text(page, '#nm');
    seen.repainted = before !== (await page.evaluate(() => document.getElementById('canvas').toDataURL()));
    seen.curves = await page.locator('#plot polyline').count();
    seen.about = await about(page);
    seen.files = {};
    for (const format of ['npz', 'envi', 'csv']) seen.files[format] = await download(page, format, folder);
    seen.hosts = [...page.hosts];

    await pause('server');
    await page.reload();
    await status(page, 'ready');
    await reconstruct(page, another);
    seen.offline = await download(page, 'npz', folder);
    seen.isolated = await isolated(page);
    return { ...seen, problems: page.problems };
  },

  // Touch on a phone: does everything fit, and can spectra be compared without a mouse?
  async phone(browser, { picture, screenshot }) {
    const page = await open(browser, { viewport: { width: 375, height: 740 }, hasTouch: true, isMobile: true });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const seen = { start: await overflow() };
    await reconstruct(page, picture);
    for (const [x, y] of [[10, 12], [40, 30]]) {
      await page.touchscreen.tap(...(await at(page, x, y)));
      await page.tap('#pin');
    }
    seen.tapped = await text(page, '#readout');
    seen.pins = await page.locator('#pins .place').allInnerTexts();
    await page.tap('#pins li:first-child .remove');
    seen.left = await page.locator('#pins .place').allInnerTexts();
    await page.click('summary');
    seen.result = await overflow();
    seen.small = await page.evaluate(() => [...document.querySelectorAll('button, select, input[type=range]')]
      .filter((element) => element.offsetParent && element.getBoundingClientRect().height < 36).map((element) => element.outerHTML));
    await page.screenshot({ path: screenshot, fullPage: true });
    await page.setViewportSize({ width: 740, height: 375 }); // turned on its side
    await page.evaluate(() => scrollTo(0, 0));
    seen.turned = await overflow();
    seen.together = await page.evaluate(() => ['canvas', 'wavelength', 'plot', 'pin'].filter((id) => {
      const { top, bottom } = document.getElementById(id).getBoundingClientRect();
      return top >= 0 && bottom <= innerHeight;
    }));
    return { ...seen, problems: page.problems };
  },

  // Another way of serving the page.
  async served(browser, { picture, folder, workers }) {
    const page = await open(browser, { serviceWorkers: workers });
    await reconstruct(page, picture);
    return { isolated: await isolated(page), about: await about(page), npz: await download(page, 'npz', folder), problems: page.problems };
  },

  // What is no picture is refused in a sentence, a run can be stopped, and the page goes on.
  async mistakes(browser, { broken, large, picture }) {
    const page = await open(browser);
    await page.setInputFiles('#file', broken);
    await page.waitForSelector('#error:not([hidden])');
    const seen = { error: await text(page, '#error'), start: await page.isVisible('#start') };
    await page.selectOption('#start .sizes', '2048');
    await page.setInputFiles('#file', large);
    await page.waitForFunction(() => document.getElementById('progress').value > 0);
    await page.click('#stop');
    seen.stopped = await page.isVisible('#start');
    await reconstruct(page, picture);
    seen.after = await about(page);
    const errorAfter = await page.isVisible('#error');

    await page.click('#pin');
    await page.setInputFiles('#file', broken); // a second file that is no picture takes nothing away
    await page.waitForSelector('#error:not([hidden])');
    seen.kept = {
      error: await text(page, '#error'), result: await page.isVisible('#result'), curves: await page.locator('#plot polyline').count(),
      pins: await page.locator('#pins .place').allInnerTexts(), about: await about(page),
    };
    seen.sizes = await page.locator('#actions option').allInnerTexts();
    await page.click('#back');
    seen.back = { start: await page.isVisible('#start'), error: await page.isVisible('#error') };
    await page.waitForFunction(() => document.querySelector('#start option').textContent === '256 px');
    return { ...seen, errorAfter, problems: page.problems };
  },

  // The browser restores a page that it had put aside while the model was loading.
  async restored(browser) {
    const context = await browser.newContext({ serviceWorkers: 'block' });
    const page = await context.newPage();
    let asked = 0;
    await context.route('**/model.tflite', (route) => (asked++ ? route.continue() : undefined)); // the first is never answered
    const request = page.waitForRequest('**/model.tflite');
    await page.goto(options.url);
    await request;
    const before = await text(page, '#status');
    await page.evaluate(() => { dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })); });
    await status(page, 'ready');
    return { before, after: await text(page, '#status'), asked };
  },

  async failing(browser) {
    const page = await open(browser);
    return { error: await text(page, '#error') };
  },
};

const browser = await chromium.launch({ executablePath: options.chromium, headless: true, args: FLAGS });
try {
  print({ result: await scenarios[options.scenario](browser, options) });
} finally {
  await browser.close();
  lines.close();
}
