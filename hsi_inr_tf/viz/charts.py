"""Small charts as inline SVG, for pages that carry no scripts."""

from collections.abc import Sequence
from html import escape

import numpy as np

from hsi_inr_tf.cubes.summary import INK, LINE

SOFT = "#667085"
TRUTH, BASELINE = "6 4", "1.5 3"  # dash patterns; the prediction is solid


def spectrum_chart(
    wavelengths: Sequence[float],
    lines: Sequence[tuple],
    top: float,
    title: str,
    colour: str,
    width: int = 240,
    height: int = 170,
    interval: tuple[np.ndarray, np.ndarray] | None = None,
) -> str:
    """One point's spectra. `lines` holds (values [bands], colour, dash pattern or "", line width), the last
    drawn on top. Below them the `interval` (low [bands], high [bands]) is shaded, if there is one.
    """
    left, right, upper, lower = 34, width - 8, 26, height - 30
    w = np.asarray(wavelengths, float)
    x = left + (w - w[0]) / max(w[-1] - w[0], 1e-9) * (right - left)

    def y(values):
        return lower - np.clip(np.asarray(values, float) / top, 0, 1.02) * (lower - upper)

    parts = [
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(title)}">',
        f'<circle cx="{left + 5}" cy="11" r="5" fill="{colour}"/>',
        f'<text x="{left + 16}" y="15" fill="{INK}" font-weight="600">{escape(title)}</text>',
    ]
    for tick in _ticks(top, 3):
        at = y([tick])[0]
        parts.append(
            f'<line x1="{left}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}" stroke="{LINE}"/>'
            f'<text x="{left - 6}" y="{at + 4:.1f}" text-anchor="end" fill="{SOFT}">{tick:g}</text>'
        )
    for nm in (w[0], (w[0] + w[-1]) / 2, w[-1]):
        anchor = "start" if nm == w[0] else "end" if nm == w[-1] else "middle"
        parts.append(
            f'<text x="{left + (nm - w[0]) / max(w[-1] - w[0], 1e-9) * (right - left):.1f}" y="{lower + 16}" '
            f'text-anchor="{anchor}" fill="{SOFT}">{nm:g}{" nm" if nm == w[-1] else ""}</text>'
        )
    if interval is not None:
        low, high = (list(zip(x, y(end), strict=True)) for end in interval)
        around = "L".join(f"{px:.1f} {py:.1f}" for px, py in (*low, *reversed(high)))
        parts.append(f'<path class="interval" d="M{around}Z" fill="{colour}" fill-opacity="0.16"/>')
    for values, stroke, dash, thickness in lines:
        path = "L".join(f"{px:.1f} {py:.1f}" for px, py in zip(x, y(values), strict=True))
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        parts.append(f'<path d="M{path}" fill="none" stroke="{stroke}" stroke-width="{thickness}"{dashed}/>')
    return "".join(parts) + "</svg>"


def marks(shape: tuple[int, ...], points: Sequence[tuple[int, int]], colours: Sequence[str]) -> str:
    """An overlay with numbered rings at points (row, column) of a picture of `shape` [height, width]."""
    height, width = shape[:2]
    r = width / 36
    parts = [f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">']
    for number, ((row, column), colour) in enumerate(zip(points, colours, strict=True), start=1):
        cx, cy = column + 0.5, row + 0.5
        to_left = -1 if cx > width - 4 * r else 1
        to_up = 1 if cy < 4 * r else -1
        label_x, label_y = cx + to_left * 2.1 * r, cy + to_up * 1.7 * r
        parts.append(
            f'<circle cx="{cx}" cy="{cy}" r="{r:.1f}" fill="none" stroke="#fff" '
            f'stroke-width="{r * 0.62:.1f}"/>'
            f'<circle cx="{cx}" cy="{cy}" r="{r:.1f}" fill="none" stroke="{colour}" '
            f'stroke-width="{r * 0.34:.1f}"/>'
            f'<circle cx="{label_x:.1f}" cy="{label_y:.1f}" r="{r * 1.15:.1f}" fill="{colour}"/>'
            f'<text x="{label_x:.1f}" y="{label_y + 0.55 * r:.1f}" font-size="{1.6 * r:.1f}" '
            'font-weight="700" '
            f'text-anchor="middle" fill="#fff">{number}</text>'
        )
    return "".join(parts) + "</svg>"


def key(label: str, colour: str, dash: str, thickness: float) -> str:
    """An entry of a legend."""
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    line = f'<line x1="0" x2="28" y1="4" y2="4" stroke="{colour}" stroke-width="{thickness}"{dashed}/>'
    return f'<span><svg viewBox="0 0 28 8">{line}</svg>{escape(label)}</span>'


def nice_top(value: float) -> float:
    """The end of an axis that holds `value`."""
    steps = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0)
    power = 10.0 ** np.ceil(np.log10(max(value, 1e-6)))
    return float(next(s * power for s in steps if s * power >= value * 0.999))


def _ticks(top, most):
    power = 10.0 ** np.floor(np.log10(top / most))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= top / most * 0.999)
    return np.arange(0, top * 1.001, step)
