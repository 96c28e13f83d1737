// Pinned spectra: kept to be compared, each with a number and a colour of its own.

const MOST = 6; // as many as there are colours in style.css

export class Pins {
  /** `list` is the <ol>, `marks` lies over the picture; `onChange()` is called when pins come and go. */
  constructor(list, marks, onChange) {
    Object.assign(this, { list, marks, onChange, all: [] });
  }

  /** Keeps the spectrum of the pixel (x, y); false if there is no room for another. */
  add(cube, picture, x, y) {
    if (this.all.some((pin) => pin.x === x && pin.y === y)) return true;
    if (this.all.length === MOST) return false;
    let number = 1;
    while (this.all.some((pin) => pin.number === number)) number++;
    const [red, green, blue] = picture.pixels.subarray(4 * (y * cube.width + x));
    this.all.push({ x, y, number, values: cube.spectrum(x, y), colour: `rgb(${red} ${green} ${blue})` });
    this.onChange();
    return true;
  }

  remove(number) {
    this.all = this.all.filter((pin) => pin.number !== number);
    this.onChange();
  }

  removeLast() {
    if (this.all.length) this.remove(this.all.at(-1).number);
  }

  clear() {
    this.all = [];
    this.onChange();
  }

  /** What drawPlot draws. */
  curves() {
    return this.all.map(({ values, number }) => ({ values, name: `pin-${number}`, label: `${number}` }));
  }

  /** Shows the list, with the values at band number `band`, and the marks on a picture of the cube's size. */
  show(cube, band) {
    this.list.replaceChildren(...this.all.map((pin) => {
      const item = element('li', `pin-${pin.number}`);
      const swatch = element('span', 'swatch');
      swatch.style.background = pin.colour;
      const button = element('button', 'remove', '×');
      button.type = 'button';
      button.setAttribute('aria-label', `Remove spectrum ${pin.number}`);
      button.addEventListener('click', () => {
        this.remove(pin.number);
        this.list.querySelector('.remove')?.focus({ preventScroll: true }); // the list was made anew
      });
      item.append(element('span', 'number', pin.number), swatch, element('span', 'place', `x ${pin.x}, y ${pin.y}`),
        element('span', 'value', pin.values[band].toFixed(3)), button);
      return item;
    }));
    this.marks.querySelectorAll('.pin').forEach((mark) => mark.remove());
    for (const pin of this.all) this.marks.append(placed(numbered(pin.number), pin, cube));
  }

  /** The pinned spectra as a table, a row for each wavelength. */
  csv(wavelengths) {
    const head = ['wavelength_nm', ...this.all.map(({ x, y }) => `x${x}_y${y}`)];
    const rows = wavelengths.map((nm, band) => [nm, ...this.all.map(({ values }) => values[band])]);
    return new Blob([[head, ...rows].map((row) => row.join(',')).join('\n') + '\n'], { type: 'text/csv' });
  }
}

function numbered(number) {
  const mark = element('span', `pin pin-${number}`);
  mark.dataset.number = number;
  return mark;
}

/** Moves a mark to the middle of the pixel (x, y) of a picture, whatever the size it is shown at. */
export function placed(mark, { x, y }, { height, width }) {
  mark.style.left = `${(100 * (x + 0.5)) / width}%`;
  mark.style.top = `${(100 * (y + 0.5)) / height}%`;
  return mark;
}

export function element(tag, name, content) {
  const made = document.createElement(tag);
  if (name) made.className = name;
  if (content !== undefined) made.textContent = content;
  return made;
}
