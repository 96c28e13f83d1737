// The spectra as curves: an SVG drawn anew whenever something changes.

const MARGIN = { left: 42, right: 14, top: 24, bottom: 36 };
const CEILINGS = [0.1, 0.2, 0.4, 0.6, 0.8, 1]; // of the radiance axis; few, so that it seldom jumps

/**
 * Draws `curves`, each {values [bands], name (of a CSS class), label}, into the element `svg`, and a line at band number `band`.
 * `colours` are those of the bands, shown below the axis.
 */
export function drawPlot(svg, { wavelengths, colours, curves, band }) {
  const { width, height } = svg.getBoundingClientRect();
  if (!width || !height) return;
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const [first, last] = [wavelengths[0], wavelengths.at(-1)];
  const x = (nm) => MARGIN.left + ((nm - first) / Math.max(1, last - first)) * (right - MARGIN.left);
  const peak = Math.max(0, ...curves.flatMap(({ values }) => Array.from(values)));
  const ceiling = CEILINGS.find((value) => value >= peak * 1.02) ?? 1;
  const y = (value) => bottom - (value / ceiling) * (bottom - MARGIN.top);

  const parts = [];
  for (const value of ceiling === 0.6 ? [0, 0.2, 0.4, 0.6] : [0, 0.25, 0.5, 0.75, 1].map((part) => part * ceiling)) {
    parts.push(line('grid', MARGIN.left, y(value), right, y(value)));
    parts.push(text('tick', MARGIN.left - 7, y(value) + 4, `${+value.toFixed(3)}`, 'end'));
  }
  for (let nm = Math.ceil(first / 50) * 50; nm <= last; nm += 50) {
    if (nm % 100 === 0 || right > 360) parts.push(text('tick', x(nm), bottom + 19, `${nm}`, 'middle'));
  }
  parts.push(text('tick', right, height - 3, 'nm', 'end'), text('tick', 0, 12, 'relative radiance', 'start'));
  const edges = wavelengths.map((nm, i) => (i ? x((wavelengths[i - 1] + nm) / 2) : x(nm)));
  wavelengths.forEach((nm, i) => {
    const end = edges[i + 1] ?? x(nm);
    parts.push(make('rect', { x: edges[i], y: bottom, width: end - edges[i] + 0.3, height: 4, fill: colours[i] }));
  });
  parts.push(line('now', x(wavelengths[band]), MARGIN.top, x(wavelengths[band]), bottom + 4));
  for (const { values, name, label } of curves) {
    const points = Array.from(values, (value, i) => `${x(wavelengths[i]).toFixed(1)},${y(value).toFixed(1)}`).join(' ');
    parts.push(make('polyline', { class: `curve ${name}`, points }));
    parts.push(make('circle', { class: `dot ${name}`, cx: x(wavelengths[band]), cy: y(values[band]), r: 3.5 }));
  }
  const ends = curves.filter(({ label }) => label).map((curve) => ({ ...curve, at: y(curve.values.at(-1)) }));
  ends.sort((a, b) => b.at - a.at); // from the lowest up, each at least a line above the one before
  ends.forEach((end, i) => { if (i) end.at = Math.min(end.at, ends[i - 1].at - 12); });
  for (const { name, label, at } of ends) parts.push(text(`end ${name}`, right + 3, at + 4, label, 'start'));
  svg.replaceChildren(...parts);
}

/** Calls `onBand(band)` with the band under the pointer while it is pressed on the plot. */
export function chooseBand(svg, wavelengths, onBand) {
  const choose = (event) => {
    if (!event.buttons) return;
    const box = svg.getBoundingClientRect();
    const part = (event.clientX - box.left - MARGIN.left) / (box.width - MARGIN.left - MARGIN.right);
    const all = wavelengths();
    const nm = all[0] + part * (all.at(-1) - all[0]);
    onBand(all.reduce((best, w, i) => (Math.abs(w - nm) < Math.abs(all[best] - nm) ? i : best), 0));
  };
  svg.addEventListener('pointerdown', choose);
  svg.addEventListener('pointermove', choose);
}

function make(tag, attributes, content) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (content !== undefined) element.textContent = content;
  return element;
}

const line = (name, x1, y1, x2, y2) => make('line', { class: name, x1, y1, x2, y2 });
const text = (name, x, y, content, anchor) => make('text', { class: name, x, y, 'text-anchor': anchor }, content);
