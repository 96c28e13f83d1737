"""A small ray caster for convex solids on a table, in spectra: soft shadows, highlights, light bounced
between surfaces.
"""

from dataclasses import dataclass

import numpy as np

from .materials import Material

FAR = np.float32(1e9)
BALL, CAN, BOX = "ball", "can", "box"
_TABLE_SAMPLE = np.array(
    [(x, y, 0) for x in np.linspace(-2, 2, 12) for y in np.linspace(-2, 2, 12)], np.float32
)


@dataclass(frozen=True)
class Solid:
    """A unit ball, can (cylinder |z| <= 1) or box (|x|, |y|, |z| <= 1), scaled by half sizes, turned, then
    moved to `centre`.
    """

    shape: str
    centre: np.ndarray
    sizes: np.ndarray
    turn: np.ndarray
    material: Material

    def local(self, origins, directions):
        if (
            self.shape == BALL and self.sizes[0] == self.sizes[1] == self.sizes[2]
        ):  # the same however it is turned
            return (origins - self.centre) / self.sizes, directions / self.sizes
        return (origins - self.centre) @ self.turn / self.sizes, directions @ self.turn / self.sizes

    def span(self, origins, directions):
        """Where rays [n, 3] enter and leave: (near [n], far [n]); near > far where they miss."""
        o, d = self.local(origins, directions)
        if self.shape == BALL:
            return _quadric(o, d)
        axes = (2,) if self.shape == CAN else (0, 1, 2)
        spans = [_slab(o[:, axis], d[:, axis]) for axis in axes] + (
            [_quadric(o[:, :2], d[:, :2])] if self.shape == CAN else []
        )
        return np.maximum.reduce([near for near, _ in spans]), np.minimum.reduce([far for _, far in spans])

    def surface(self, points):
        """Local points and world normals at surface points [n, 3]."""
        p = (points - self.centre) @ self.turn / self.sizes
        if self.shape == BALL:
            n = p
        else:
            extent = (
                abs(p) if self.shape == BOX else np.stack([np.hypot(p[:, 0], p[:, 1]), abs(p[:, 2])], axis=1)
            )
            face = extent.argmax(axis=1)
            if self.shape == BOX:
                n = np.eye(3, dtype=p.dtype)[face] * np.sign(p)
            else:
                n = np.where((face == 1)[:, None], p * [0, 0, 1], p * [1, 1, 0])
        return p, unit(n / self.sizes @ self.turn.T)


@dataclass(frozen=True)
class Stage:
    """What is photographed: solids on a table (z = 0) before a wall (y = `depth`), lit by a round lamp and
    from all around.

    `key` and `ambient` are the spectra [bands] of the lamp and of the surrounding light.
    """

    solids: list[Solid]
    table: Material
    wall: Material
    depth: float
    lamp: np.ndarray
    lamp_radius: float
    key: np.ndarray
    ambient: np.ndarray
    eye: np.ndarray
    target: np.ndarray
    zoom: float


def dot(a, b):
    return np.einsum("...i,...i->...", a, b)


def unit(v):
    return v / np.sqrt(np.maximum(dot(v, v), 1e-18))[..., None]


def photograph(
    stage: Stage, side: int, rng: np.random.Generator, oversample: int = 2, lamp_samples: int = 4
) -> np.ndarray:
    """The cube [side, side, bands] that a pinhole camera sees, each pixel the mean of oversample^2 rays."""
    n = side * oversample
    forward = unit(stage.target - stage.eye)
    right = unit(np.cross(forward, [0, 0, 1]))
    up = np.cross(right, forward)
    grid = ((np.arange(n) + 0.5) / n * 2 - 1) / stage.zoom
    cube = np.empty((side, side, stage.key.size), np.float32)
    for rows in np.array_split(
        np.arange(side), -(-side // 4)
    ):  # a few rows at a time stay in the processor's cache
        v = grid[rows[0] * oversample : (rows[-1] + 1) * oversample]
        directions = (
            unit(forward + grid[None, :, None] * right - v[:, None, None] * up)
            .reshape(-1, 3)
            .astype(np.float32)
        )
        light = _radiance(
            stage,
            np.broadcast_to(stage.eye.astype(np.float32), directions.shape),
            directions,
            rng,
            lamp_samples,
        )
        cube[rows] = light.reshape(len(rows), oversample, side, oversample, -1).mean(axis=(1, 3))
    return cube


def _radiance(stage, origins, directions, rng, lamp_samples):
    points, normals, albedo, gloss, sharpness, which = _hit(stage, origins, directions)
    start = points + 1e-3 * normals
    diffuse, shine = np.zeros((2, len(points)), np.float32)
    for sample in range(lamp_samples):
        # Stratified in angle, so that few samples give a smooth penumbra.
        angle = 2 * np.pi * (sample + rng.random(len(points), np.float32)) / lamp_samples
        radius = stage.lamp_radius * np.sqrt(rng.random(len(points), np.float32))
        offset = np.stack([radius * np.cos(angle), radius * np.sin(angle), np.zeros_like(angle)], axis=1)
        to_lamp = stage.lamp.astype(np.float32) + offset - start
        lit = np.ones(len(points), bool)
        for solid in stage.solids:
            near, far = solid.span(start, to_lamp)
            lit &= ~((near < far) & (far > 0) & (near < 1))
        towards = unit(to_lamp)
        diffuse += lit * np.clip(dot(normals, towards), 0, None) / lamp_samples
        half = unit(towards - directions)
        shine += lit * gloss * np.clip(dot(normals, half), 0, 1) ** sharpness / lamp_samples
    fall = dot(*2 * [stage.lamp - stage.target]) / dot(*2 * [stage.lamp - points])
    diffuse, shine = diffuse * fall, shine * fall
    open_sky = _openness(stage, points, normals, which)
    # One bounce off the table: its mean colour lights what faces down; products of reflectances are mixtures
    # of another kind.
    table = stage.table.albedo(_TABLE_SAMPLE).mean(axis=0)
    below = (0.5 - 0.5 * normals[:, 2]) * open_sky
    light = diffuse[:, None] * stage.key + (open_sky * (0.6 + 0.4 * normals[:, 2]))[:, None] * stage.ambient
    light += 0.35 * below[:, None] * (table * stage.key)
    return (albedo * light + shine[:, None] * stage.key).astype(np.float32)


def _hit(stage, origins, directions):
    """What each ray meets first: points, normals, albedo, gloss, sharpness and the solid's number (-1 table,
    -2 wall).
    """
    down = np.where(directions[:, 2] < -1e-6, -origins[:, 2] / np.minimum(directions[:, 2], -1e-6), FAR)
    back = np.where(
        directions[:, 1] > 1e-6, (stage.depth - origins[:, 1]) / np.maximum(directions[:, 1], 1e-6), FAR
    )
    distance, which = np.minimum(down, back), np.where(down < back, -1, -2)
    for number, solid in enumerate(stage.solids):
        near, far = solid.span(origins, directions)
        closer = (near < far) & (near > 0) & (near < distance)
        distance, which = np.where(closer, near, distance), np.where(closer, number, which)
    points = origins + distance[:, None] * directions
    normals = np.zeros_like(points)
    albedo = np.zeros((len(points), stage.key.size), np.float32)
    gloss, sharpness = np.zeros(len(points), np.float32), np.ones(len(points), np.float32)
    for number in np.unique(which):
        chosen = which == number
        material = (stage.wall, stage.table)[number] if number < 0 else stage.solids[number].material
        if number >= 0:
            local, normal = stage.solids[number].surface(points[chosen])
        else:
            local = points[chosen]
            normal = np.broadcast_to(
                np.array([0, 0, 1] if number == -1 else [0, -1, 0], np.float32), local.shape
            )
        if material.bumps is not None:
            slope = material.bumps(local)
            normal = unit(normal - slope + dot(slope, normal)[:, None] * normal)
        normals[chosen], albedo[chosen] = normal, material.albedo(local)
        gloss[chosen], sharpness[chosen] = material.gloss, material.sharpness
    return points.astype(np.float32), normals.astype(np.float32), albedo, gloss, sharpness, which


def _openness(stage, points, normals, which):
    """The share of the surrounding light that arrives: each solid, taken as a ball, hides what its solid
    angle covers.
    """
    openness = np.ones(len(points), np.float32)
    for number, solid in enumerate(stage.solids):
        towards = solid.centre - points
        squared = dot(towards, towards)
        size = np.prod(solid.sizes) ** (2 / 3)
        facing = np.clip(dot(normals, towards) / np.sqrt(squared) + 0.2, 0, 1)
        hidden = np.clip(0.75 * facing * size / np.maximum(squared, size), 0, 0.75)
        openness *= np.where(which == number, 1, 1 - hidden)
    # Corners between table and wall, and solids near the table, see less.
    height = np.where(which >= 0, np.clip(points[:, 2] / 0.35, 0, 1), 1)
    return openness * (0.6 + 0.4 * height)


def _slab(o, d):
    d = np.where(np.abs(d) < 1e-9, np.float32(1e-9), d)
    a, b = (-1 - o) / d, (1 - o) / d
    return np.minimum(a, b), np.maximum(a, b)


def _quadric(o, d):
    """|o + t d| = 1 over the columns given: a ball over three, an endless cylinder over two."""
    a, b, c = dot(d, d), dot(o, d), dot(o, o) - 1
    inside = b * b - a * c
    root = np.sqrt(np.maximum(inside, 0))
    a = np.maximum(a, 1e-12)
    missed = inside < 0
    return np.where(missed, FAR, (-b - root) / a), np.where(missed, -FAR, (-b + root) / a)
