"""Still lifes: what stands on the table, drawn from a seed. Each kind of scene is a function in one table."""

import numpy as np

from hsi_inr_tf.optics import VISIBLE

from . import materials
from .materials import Material, Waves
from .raycast import BALL, BOX, CAN, Solid, Stage, photograph

LIGHTS = ("A", "D50", "D75", "LED-B3", "FL11")


def scene(number: int, side: int, seed: int) -> tuple[str, np.ndarray]:
    """(name, cube float32 [side, side, 31] in [0, 1]) of scene `number`; a pure function of its arguments."""
    rng = np.random.default_rng([seed, number])
    kind = list(KINDS)[number % len(KINDS)]
    cube = photograph(KINDS[kind](rng), side, rng)
    cube *= rng.uniform(0.75, 1.0) / np.percentile(cube, 99.95)
    cube += rng.normal(0, 0.0015, cube.shape)  # the sensor's noise
    return f"{kind}_{number:02d}", np.clip(cube, 0, 1).astype(np.float32)


def still_life(rng):
    """Fruit-like balls, cans and blocks of all sizes."""
    solids = []
    for x, y, room in _places(rng, 9, 1.5, 0.28, 0.55):
        shape = rng.choice([BALL, BALL, CAN, BOX])
        size = room * (
            rng.uniform(0.75, 0.95, 3) if shape != CAN else np.array([0.7, 0.7, rng.uniform(0.6, 1.6)])
        )
        solids.append(_standing(rng, shape, x, y, size, _material(rng)))
    return _stage(rng, solids)


def beads(rng):
    """Many small glossy balls in few colours."""
    colours = rng.choice(_colours(), 6, replace=False)
    solids = [
        _standing(rng, BALL, x, y, np.full(3, room), _of(rng.choice(colours), gloss=0.35, sharpness=80))
        for x, y, room in _places(rng, 30, 1.25, 0.15, 0.24)
    ]
    return _stage(rng, solids, zoom=3.3)


def blocks(rng):
    """Building blocks, some of them stacked."""
    solids = []
    for x, y, room in _places(rng, 8, 1.4, 0.3, 0.42):
        size = room * rng.uniform(0.5, 0.75, 3)
        solids.append(_standing(rng, BOX, x, y, size, _material(rng, glossy=False)))
        if rng.random() < 0.6:
            shape = rng.choice([BOX, BALL, CAN])
            top = np.full(3, min(size) * 0.8)
            solids.append(_standing(rng, shape, x, y, top, _material(rng), base=2 * size[2]))
    return _stage(rng, solids)


def chart(rng):
    """The ColorChecker standing behind a few things."""
    library = materials.library()
    order = np.concatenate([np.arange(24), [23]])
    tilt = np.deg2rad(-18)
    turn = np.array(
        [[1, 0, 0], [0, np.sin(-tilt), -np.cos(tilt)], [0, np.cos(tilt), np.sin(-tilt)]], np.float32
    )
    board = Material(library.reflectances[order], materials.chart(6, 4))
    sizes = np.array([1.15, 0.8, 0.03], np.float32)
    solids = [Solid(BOX, np.array([0.0, 0.9, 0.78], np.float32), sizes, turn, board)]
    for x, _, room in _places(rng, 4, 1.2, 0.22, 0.34):
        shape = rng.choice([BALL, CAN, BOX])
        solids.append(
            _standing(
                rng, shape, x, -0.45 + rng.uniform(-0.15, 0.15), np.full(3, room * 0.85), _material(rng)
            )
        )
    return _stage(rng, _apart(solids))


def cloth(rng):
    """Folded woven cloth with a few things on it."""
    folds = Waves(rng, 1.6, octaves=3)
    weave = materials.woven(rng.uniform(0.9, 1.6), rng.uniform(0, np.pi))
    colours = materials.library().reflectances[rng.choice(_colours(), 3, replace=False)]
    table = Material(colours, weave, bumps=lambda p: 0.22 * folds.gradient(p) * [1, 1, 0])
    solids = [
        _standing(rng, rng.choice([BALL, CAN]), x, y, np.full(3, room * 0.8), _material(rng))
        for x, y, room in _places(rng, 4, 1.2, 0.3, 0.45)
    ]
    return _stage(rng, solids, table=table)


def paints(rng):
    """Painted boards: reflectances running into one another."""
    solids = []
    for x, y, room in _places(rng, 9, 1.5, 0.4, 0.85):
        pair = materials.library().reflectances[rng.choice(_colours(), 2, replace=False)]
        field = materials.marbled(Waves(rng, rng.uniform(1.5, 4)), rng.choice([0.1, 0.8]))
        solids.append(
            _standing(rng, BOX, x, y, room * np.array([0.8, 0.65, 0.05]), Material(pair, field, gloss=0.05))
        )
    return _stage(rng, solids, steep=True)


KINDS = {f.__name__: f for f in (still_life, beads, blocks, chart, cloth, paints)}


def _stage(rng, solids, table=None, zoom=2.9, steep=False):
    lamp = np.array([rng.uniform(-3, 3), rng.uniform(-4, -1), rng.uniform(4, 6)])
    white = np.ones(len(VISIBLE), np.float32)
    # The surrounding light is neutral in most scenes; in the others a measured illuminant tints the shadows.
    tint = materials.light(rng.choice(LIGHTS)) if rng.random() < 0.35 else white
    height = 6.0 if steep else rng.uniform(3.2, 4.6)
    return Stage(
        solids,
        table or _table(rng),
        _quiet(rng, (5, 60)),
        rng.uniform(2.2, 3.5),
        lamp,
        rng.uniform(0.4, 1.2),
        white,
        rng.uniform(0.15, 0.35) * tint,
        np.array([rng.uniform(-0.8, 0.8), -5.0, height]),
        np.array([0, 0, 0.25]),
        zoom,
    )


def _colours():
    return materials.library().where(chroma=(22, 200), lightness=(25, 95))


def _of(index, **kwargs):
    return Material(materials.library().reflectances[[index]], materials.plain, **kwargs)


def _material(rng, glossy=True):
    """Plain, marbled or striped, of one or two reflectances."""
    gloss = {"gloss": rng.choice([0.0, 0.1, 0.4]) if glossy else 0.0, "sharpness": rng.uniform(15, 120)}
    first, second = rng.choice(_colours(), 2, replace=False)
    bumps = Waves(rng, 9.0, octaves=2)
    rough = {"bumps": lambda p: 0.02 * bumps.gradient(p)} if rng.random() < 0.3 else {}
    kind = rng.choice(["plain", "skin", "veins", "stripes"], p=[0.3, 0.35, 0.2, 0.15])
    if kind == "plain":
        return _of(first, **gloss, **rough)
    if kind == "skin":  # a second reflectance of about the same hue, softly mixed, as on fruit
        library = materials.library()
        near = library.where(hue=(library.hue[first] - 30, library.hue[first] + 30), chroma=(15, 200))
        second = rng.choice(near)
        weights = materials.marbled(Waves(rng, 2.0), 1.0)
    elif kind == "veins":
        weights = materials.marbled(Waves(rng, 3.0), 0.12)
    else:
        weights = materials.striped(
            rng.uniform(1.5, 4), rng.choice([[0, 0, 1], [1, 0, 0]]), rng.uniform(0.3, 0.7)
        )
    return Material(materials.library().reflectances[[first, second]], weights, **gloss, **rough)


def _table(rng):
    """Boards of wood, or a quiet cloth."""
    if rng.random() < 0.5:
        return _quiet(rng, (25, 92))
    library = materials.library()
    pair = _alike(rng, library.where(hue=(35, 95), chroma=(8, 45), lightness=(25, 75)), 16)
    grain, stretch = Waves(rng, 1.0, octaves=3), np.array([7.0, 0.6, 7.0], np.float32)
    return Material(
        library.reflectances[pair], lambda points: materials.marbled(grain, 1.2)(points * stretch)
    )


def _quiet(rng, lightness):
    """Two greyish reflectances that hardly differ, softly mixed."""
    library = materials.library()
    pair = _alike(rng, library.where(chroma=(0, 18), lightness=lightness), 12)
    return Material(library.reflectances[pair], materials.marbled(Waves(rng, 0.8), 3.0))


def _alike(rng, candidates, difference):
    """Two of the reflectances, of about the same lightness."""
    lightness = materials.library().lightness[candidates]
    first = rng.integers(len(candidates))
    return np.array(
        [candidates[first], rng.choice(candidates[np.abs(lightness - lightness[first]) < difference])]
    )


def _standing(rng, shape, x, y, sizes, material, base=0.0):
    """A solid resting at height `base`, turned about the vertical."""
    angle = rng.uniform(0, 2 * np.pi)
    turn = np.array(
        [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]], np.float32
    )
    sizes = np.asarray(sizes, np.float32)
    return Solid(shape, np.array([x, y, base + sizes[2]], np.float32), sizes, turn, material)


def _places(rng, count, extent, smallest, largest):
    """(x, y, radius) of up to `count` discs that do not overlap, largest first."""
    places = []
    for radius in np.sort(rng.uniform(smallest, largest, count))[::-1]:
        for _ in range(60):
            x, y = rng.uniform(-extent, extent, 2)
            if all(np.hypot(x - a, y - b) > radius + other for a, b, other in places):
                places.append((x, y, radius))
                break
    return places


def _apart(solids):
    """Solids whose bases do not overlap, keeping the earlier ones."""
    kept = solids[:1]
    for solid in solids[1:]:
        if all(
            np.hypot(*(solid.centre - other.centre)[:2]) > 2.2 * max(*solid.sizes[:2], *other.sizes[:2])
            for other in kept[1:]
        ):
            kept.append(solid)
    return kept
