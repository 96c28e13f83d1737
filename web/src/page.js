// The page: chooses pictures, shows results, offers downloads.

import { bandColours } from './camera.js';
import { envi } from './envi.js';
import { nearest } from './metadata.js';
import { Model } from './model.js';
import { npz } from './npz.js';
import { install, stored } from './offline.js';
import { fitted, readPicture } from './picture.js';
import { element, Pins, placed } from './pins.js';
import { chooseBand, drawPlot } from './plot.js';
import { windows } from './tiling.js';
import { choosePixels, paint, paintBand, whiteOf } from './view.js';

const SIZES = [256, 512, 1024, 2048]; // of the longer side; a cube of 2048 x 2048 pixels takes 0.5 GB
const $ = (id) => document.getElementById(id);

let file, picture, cube; // cube is null while there is none
let colours, white;
let longest = 512;
let band = 0;
let point = null; // the pixel whose spectrum is shown
let stop = new AbortController();
let asked = 0; // how many pictures were chosen: only the last one counts
let ready = false;

const pins = new Pins($('pins'), $('marks'), () => cube && draw());
const cross = $('marks').appendChild(element('span', 'cross'));
const served = install(() => !asked);
const model = served.then(() => new Model().load());

// Choosing a picture

/** Reconstructs the picture in `blob`. What is shown stays if it cannot be read. */
async function open(blob) {
  const turn = ++asked;
  $('error').hidden = true;
  let read;
  try {
    read = await readPicture(blob, longest);
  } catch (error) {
    if (turn === asked) fail(error);
    return;
  }
  if (turn !== asked) return;
  clear();
  file = blob;
  picture = read;
  try {
    await reconstruct(stop.signal);
  } catch (error) {
    if (error.name === 'AbortError') return;
    fail(error);
    leave();
  }
}

/** Stops what is under way and forgets the picture. */
function clear() {
  stop.abort();
  stop = new AbortController();
  file = picture = undefined;
  cube = point = null;
  pins.clear();
}

/** Back to the choice of pictures. */
async function leave() {
  asked++;
  clear();
  showStart(true);
  showSizes((await model).engine);
}

async function reconstruct(signal) {
  showStart(false);
  busy(true);
  $('view').style.setProperty('--aspect', picture.width / picture.height);
  paint($('canvas'), faded(picture.pixels), picture);
  $('progress').removeAttribute('value');
  $('step').textContent = 'Loading the model …';
  const { engine } = await model;
  signal.throwIfAborted();
  showSizes(engine);
  const began = performance.now();
  const made = await (await model).reconstruct(picture, {
    signal,
    onPart(soFar, part) {
      const { done, total } = part.progress;
      const image = new ImageData(soFar.rendered, soFar.width, soFar.height);
      $('canvas').getContext('2d').putImageData(image, 0, 0, part.left, part.top, part.wide, part.tall);
      $('progress').value = done / total;
      const left = ((performance.now() - began) / done) * (total - done) / 1000;
      $('step').textContent = `Tile ${done} of ${total}` + (left >= 1 ? `, ${Math.ceil(left)} s left` : '');
    },
  });
  cube = made;
  white = whiteOf(cube);
  busy(false);
  $('wavelength').max = cube.bands - 1;
  setBand(nearest(cube.wavelengths, 550));
  pixels.move(cube.width >> 1, cube.height >> 1);
  describe(engine);
  engine.milliseconds = (1000 * cube.seconds) / cube.tiles; // measured on a picture rather than on an empty window
  showSizes(engine);
  say(`Done: ${cube.width} × ${cube.height} pixels, ${cube.bands} bands.`);
}

function showStart(start) {
  $('start').hidden = !start;
  $('result').hidden = $('actions').hidden = start;
}

function busy(working) {
  $('working').hidden = !working;
  $('result').classList.toggle('busy', working);
  for (const id of ['bands', 'downloads', 'pin']) $(id).toggleAttribute('inert', working);
  if (working) {
    cross.hidden = true;
    $('plot').replaceChildren();
    $('readout').textContent = '';
  }
}

/** The photograph as it is shown until the result covers it. */
function faded(pixels) {
  const copy = new Uint8ClampedArray(pixels);
  for (let i = 3; i < copy.length; i += 4) copy[i] = 96;
  return copy;
}

// Showing the result

function setBand(number) {
  band = number;
  const nm = `${cube.wavelengths[band]} nm`;
  $('wavelength').value = band;
  $('wavelength').setAttribute('aria-valuetext', nm);
  $('nm').textContent = nm;
  document.querySelector('input[value=band]').checked = true;
  draw();
  repaint();
}

function repaint() {
  const mode = document.querySelector('input[name=mode]:checked').value;
  if (mode === 'photograph') paint($('canvas'), picture.pixels, picture);
  else if (mode === 'rendered') paint($('canvas'), cube.rendered, cube);
  else paintBand($('canvas'), cube, band, white);
}

function draw() {
  const curves = pins.curves();
  cross.hidden = !point;
  if (point) {
    const values = cube.spectrum(point.x, point.y);
    curves.unshift({ values, name: 'here' }); // below the pinned ones
    placed(cross, point, cube);
    $('readout').textContent = `x ${point.x}, y ${point.y}: ${values[band].toFixed(3)} at ${cube.wavelengths[band]}\u00a0nm`;
  }
  drawPlot($('plot'), { wavelengths: cube.wavelengths, colours, curves, band });
  pins.show(cube, band);
  document.querySelector('[data-format=csv]').disabled = !pins.all.length;
}

function pin() {
  if (point && !pins.add(cube, picture, point.x, point.y)) say('Six spectra are pinned: remove one to pin another.');
}

const pixels = choosePixels($('view'), $('canvas'), {
  size: () => picture,
  onMove(x, y) {
    if (!cube) return;
    point = { x, y };
    draw();
  },
  onPin: () => cube && pin(),
  onUnpin: () => cube && pins.removeLast(),
});

function describe({ description, threads }) {
  const { original } = picture;
  const reduced = original.width !== cube.width || original.height !== cube.height;
  const [first, last] = [cube.wavelengths[0], cube.wavelengths.at(-1)];
  const facts = {
    Picture: `${cube.width} × ${cube.height} pixels` + (reduced ? `, reduced from ${original.width} × ${original.height}` : ''),
    Bands: `${cube.bands}, ${first} to ${last} nm, relative radiance from 0 to 1`,
    'Re-projection error': `${(100 * cube.reprojection.rmse).toFixed(2)} % RMS, at most ${(100 * cube.reprojection.largest).toFixed(1)} %`,
    Camera: description.camera.name,
    Model: description.model,
    Computed: `here, in ${cube.seconds.toFixed(1)} s, ${threads ? `${navigator.hardwareConcurrency} threads` : '1 thread'}, LiteRT.js`,
    Tiles: cube.exact ? 'give what the whole picture at once would' : 'see less than the model could: at their rims values may differ slightly',
  };
  $('about').replaceChildren(...Object.entries(facts).flatMap(([name, fact]) => [element('dt', '', name), element('dd', '', fact)]));
}

// Everything around it

function showSizes(engine) {
  for (const select of document.querySelectorAll('.sizes')) {
    select.replaceChildren(...SIZES.map((size) => {
      const option = new Option(`${size} px`, size, false, size === longest);
      if (engine && picture) {
        const count = windows(fitted(picture.original, size), engine.side, engine.description).windows.length;
        const seconds = (count * engine.milliseconds) / 1000;
        option.text += seconds < 1 ? ', under 1 s' : `, about ${Math.round(seconds)} s`;
      }
      return option;
    }));
  }
}

function say(text) {
  $('status').textContent = text;
}

function fail(error) {
  $('error').textContent = error.message;
  $('error').hidden = false;
}

function download(format) {
  const stem = (picture.name.replace(/\.[^.]*$/, '') || 'cube').replace(/[^\p{L}\p{N}._-]+/gu, '_');
  const [blob, name] = {
    npz: () => [npz(cube), `${stem}.npz`],
    envi: () => [envi(cube, stem), `${stem}-envi.zip`],
    csv: () => [pins.csv(cube.wavelengths), `${stem}-spectra.csv`],
  }[format]();
  const link = Object.assign(document.createElement('a'), { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

for (const button of document.querySelectorAll('.choose')) button.addEventListener('click', () => $('file').click());
$('file').addEventListener('change', () => {
  if ($('file').files[0]) open($('file').files[0]);
  $('file').value = '';
});
for (const button of document.querySelectorAll('[data-sample]')) {
  button.addEventListener('click', async () => {
    const name = button.dataset.sample;
    open(new File([await (await fetch(`./${name}`)).blob()], name, { type: 'image/png' }));
  });
}
for (const button of document.querySelectorAll('[data-format]')) button.addEventListener('click', () => download(button.dataset.format));
for (const select of document.querySelectorAll('.sizes')) {
  select.addEventListener('change', () => {
    longest = Number(select.value);
    document.querySelectorAll('.sizes').forEach((other) => { other.value = select.value; });
    if (file) open(file);
  });
}
for (const radio of document.querySelectorAll('input[name=mode]')) radio.addEventListener('change', repaint);
$('wavelength').addEventListener('input', () => setBand(Number($('wavelength').value)));
$('pin').addEventListener('click', pin);
for (const id of ['stop', 'back']) {
  $(id).addEventListener('click', () => {
    $('error').hidden = true;
    leave();
  });
}
// A page that the browser kept while it was still loading would wait for ever for what it had asked for.
addEventListener('pageshow', ({ persisted }) => persisted && !ready && location.reload());
chooseBand($('plot'), () => cube.wavelengths, (number) => cube && number !== band && setBand(number));
new ResizeObserver(() => cube && draw()).observe($('plot'));
document.addEventListener('dragover', (event) => event.preventDefault());
document.addEventListener('drop', (event) => {
  event.preventDefault();
  if (event.dataTransfer.files[0]) open(event.dataTransfer.files[0]);
});
document.addEventListener('paste', (event) => event.clipboardData.files[0] && open(event.clipboardData.files[0]));

showSizes();
model.then(async ({ engine }) => {
  ready = true;
  colours = bandColours(engine.description.camera);
  document.documentElement.style.setProperty('--spectrum', `linear-gradient(to right, ${colours.join(', ')})`);
  showSizes(engine);
  say('The model is ready.');
  if ((await served) && (await stored())) say('The model is ready, and works without a network from now on.');
}).catch(fail);
