"""Table II of arXiv 2112.10541: how many cells share a patch."""

from dataclasses import dataclass
from pathlib import Path

from hsi_inr_tf.cli.benchmarks.table import Row, TableOptions, run_table


@dataclass(frozen=True)
class Options(TableOptions):
    out: Path = Path("runs/table2")
    """Folder for runs, scores, table.json and table.md. What is done there is not run again."""


def run(options: Options) -> None:
    """Table II: the INR of seven frequencies with S = 2, 4, 8 and 16 cells a patch side, trained alike under
    one budget.
    """
    run_table(options, "Table II", ROWS)


def _row(cells, parameters, psnr, ssim, sam):
    return Row(
        f"S = {cells}",
        f"inr-table2-s{cells}",
        {"width": 64, "top_width": 1024},
        learning_rate=2e-4,
        quoted={"cave": {"parameters": parameters, "PSNR": psnr, "SSIM": ssim, "SAM": sam}},
    )


ROWS = (
    _row(2, "64.9M", 33.8938, 0.9718, 7.5979),
    _row(4, "64.9M", 33.1491, 0.9729, 7.5561),
    _row(8, "64.8M", 33.4025, 0.9730, 7.6563),
    _row(16, "64.8M", 33.8625, 0.9702, 7.5359),
)
