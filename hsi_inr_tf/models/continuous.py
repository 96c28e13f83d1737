"""Reading an implicit representation between its pixels: on a grid of rows and columns, or at single points.

Positions are fractional pixel indices, pixel centres are integers. RGB is interpolated bilinearly in its own
encoding, edges repeated.
"""

from keras import ops

from hsi_inr_tf.annotations import Tensor
from hsi_inr_tf.encoding import cell_position, patch_position
from hsi_inr_tf.models.base import SpectralModel


class ImplicitModel(SpectralModel):
    """A SpectralModel Y(p) = f([X_p, gamma(p)]; theta_cell(p)), theta = H(X): Eq. 5, 6 and 9.

    A cell has `cell` pixels along each side; `coordinates` says where positions are measured: "patch" or
    "cell".
    """

    continuous = True
    coordinates = "cell"
    cell: int
    bands: int

    def theta(self, rgb: Tensor) -> Tensor:
        """The parameters of all cells, row by row, of rgb [batch, height, width, 3]: [batch, cells, P]."""
        raise NotImplementedError

    def spectra(self, pixels: Tensor, positions: Tensor, theta: Tensor) -> Tensor:
        """By cell: pixels [batch, cells, n, 3] at positions [.., n, 2] with theta [batch, cells, P] ->
        [batch, cells, n, bands].
        """
        raise NotImplementedError

    def sample(self, rgb: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
        return sample(self, rgb, rows, columns)

    def query(self, rgb: Tensor, points: Tensor) -> Tensor:
        return query(self, rgb, points)


def sample(model: "ImplicitModel", rgb: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """Spectra on a grid: rgb [batch, height, width, 3], ascending rows [H] and columns [W] -> [batch, H, W,
    bands].
    """
    rows, columns = ops.cast(rows, "float32"), ops.cast(columns, "float32")
    _, height, width, _ = ops.shape(rgb)
    down, across = height // model.cell, width // model.cell
    cell_of_row, y = _position(model, rows, height)
    cell_of_column, x = _position(model, columns, width)
    row_at, row_slot = _slots(cell_of_row, down)
    column_at, column_slot = _slots(cell_of_column, across)
    tall, wide = ops.shape(row_at)[1], ops.shape(column_at)[1]

    def arranged(grid):
        """[batch, H, W, channels] -> [batch, cells, tall * wide, channels]: every cell gets as many samples
        as the fullest.
        """
        channels = grid.shape[-1]
        grid = ops.take(
            ops.take(grid, ops.reshape(row_at, (-1,)), axis=1), ops.reshape(column_at, (-1,)), axis=2
        )
        strips = ops.transpose(ops.reshape(grid, (-1, tall, across, wide * channels)), (0, 2, 1, 3))
        return ops.reshape(strips, (-1, down * across, tall * wide, channels))

    pixels = interpolated_grid(rgb, rows, columns)
    grid_y, grid_x = ops.meshgrid(y, x, indexing="ij")
    positions = arranged(ops.stack([grid_x, grid_y], axis=-1)[None])
    spectra = model.spectra(arranged(pixels), positions, model.theta(rgb))
    strips = ops.transpose(ops.reshape(spectra, (-1, across, tall, wide * model.bands)), (0, 2, 1, 3))
    grid = ops.reshape(strips, (-1, down * tall, across * wide, model.bands))
    return ops.take(
        ops.take(grid, cell_of_row * tall + row_slot, axis=1), cell_of_column * wide + column_slot, axis=2
    )


def query(model: "ImplicitModel", rgb: Tensor, points: Tensor) -> Tensor:
    """Spectra at single points: rgb [1, height, width, 3], points [1, n, 2] = (row, column) -> [1, n,
    bands].
    """
    points = ops.cast(points, "float32")[0]
    _, height, width, _ = ops.shape(rgb)
    cell_of_row, y = _position(model, points[:, 0], height)
    cell_of_column, x = _position(model, points[:, 1], width)
    cells = cell_of_row * (width // model.cell) + cell_of_column
    theta = ops.take(model.theta(rgb), cells, axis=1)
    pixels = interpolated_points(rgb[0], points[:, 0], points[:, 1])
    spectra = model.spectra(pixels[None, :, None], ops.stack([x, y], axis=-1)[None, :, None], theta)
    return spectra[:, :, 0]


def _position(model, pixel, side):
    """(cell index int32, coordinate that the encoding takes) along one axis."""
    index, inside = cell_position(pixel, model.cell)
    # A query at the picture's very border belongs to the last cell.
    last = ops.cast(side // model.cell - 1, "int32")
    index = ops.clip(index, 0, last)
    return index, patch_position(pixel, side) if model.coordinates == "patch" else inside


def _slots(cell_of, cells):
    """For ascending cell indices [n]: (which n each of a cell's slots shows [cells, most], and the slot of
    each n).
    """
    starts = ops.sum(ops.cast(cell_of[None] < ops.arange(cells, dtype="int32")[:, None], "int32"), axis=1)
    slot = ops.arange(ops.shape(cell_of)[0], dtype="int32") - ops.take(starts, cell_of)
    shown = starts[:, None] + ops.arange(ops.max(slot) + 1, dtype="int32")
    return ops.minimum(
        shown, ops.shape(cell_of)[0] - 1
    ), slot  # slots that a cell does not fill repeat some sample


def _neighbours(position, side):
    position = ops.clip(ops.cast(position, "float32"), 0.0, ops.cast(side - 1, "float32"))
    before = ops.floor(position)
    index = ops.cast(before, "int32")
    return index, ops.minimum(index + 1, side - 1), position - before


def interpolated_grid(rgb: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """rgb [batch, height, width, 3] at rows [H] and columns [W] -> [batch, H, W, 3]."""
    _, height, width, _ = ops.shape(rgb)
    above, below, y = _neighbours(rows, height)
    left, right, x = _neighbours(columns, width)
    x = x[:, None]
    y = y[:, None, None]
    lines = ops.take(rgb, above, axis=1) * (1 - y) + ops.take(rgb, below, axis=1) * y
    return ops.take(lines, left, axis=2) * (1 - x) + ops.take(lines, right, axis=2) * x


def interpolated_points(rgb: Tensor, rows: Tensor, columns: Tensor) -> Tensor:
    """rgb [height, width, 3] at the points (rows [n], columns [n]) -> [n, 3]."""
    height, width, _ = ops.shape(rgb)
    above, below, y = _neighbours(rows, height)
    left, right, x = _neighbours(columns, width)
    flat = ops.reshape(rgb, (-1, 3))
    at = [ops.take(flat, r * width + c, axis=0) for r in (above, below) for c in (left, right)]
    x, y = x[:, None], y[:, None]
    return (at[0] * (1 - x) + at[1] * x) * (1 - y) + (at[2] * (1 - x) + at[3] * x) * y
