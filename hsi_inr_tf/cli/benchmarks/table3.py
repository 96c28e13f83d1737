"""Table III of arXiv 2112.10541: how many frequencies encode a position."""

from dataclasses import dataclass
from pathlib import Path

from hsi_inr_tf.cli.benchmarks.table import Row, TableOptions, run_table


@dataclass(frozen=True)
class Options(TableOptions):
    out: Path = Path("runs/table3")
    """Folder for runs, scores, table.json and table.md. What is done there is not run again."""


def run(options: Options) -> None:
    """Table III: the INR with no, three and five frequencies in its encoding, trained alike under one
    budget.
    """
    run_table(options, "Table III", ROWS)


def _row(title, model, psnr, ssim, sam):
    return Row(
        title,
        model,
        {"width": 64, "top_width": 1024},
        learning_rate=2e-4,
        quoted={"cave": {"PSNR": psnr, "SSIM": ssim, "SAM": sam}},
    )


ROWS = (
    _row("without encoding", "inr-table3-n0", 32.6752, 0.9669, 8.3312),
    _row("N = 3", "inr-table3-n3", 34.0027, 0.9747, 7.7469),
    _row("N = 5", "inr-table3-n5", 34.6257, 0.9781, 7.3285),
)
