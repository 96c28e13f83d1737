"""Table I of arXiv 2112.10541: the INR beside six baselines; and, beyond the paper, MST++, our small INRs and
regression.
"""

from dataclasses import dataclass
from pathlib import Path

from hsi_inr_tf.cli.benchmarks.table import Row, TableOptions, run_table


@dataclass(frozen=True)
class Options(TableOptions):
    out: Path = Path("runs/table1")
    """Folder for runs, scores, table.json and table.md. What is done there is not run again."""


def run(options: Options) -> None:
    """Table I: the INR beside the paper's baselines and polynomial regression, trained alike under one
    budget.
    """
    run_table(options, "Table I", ROWS)


def _quoted(cave, nus, ntire2018):
    names = ("PSNR", "SSIM", "SAM")
    return {
        dataset: dict(zip(names, values, strict=True))
        for dataset, values in (("cave", cave), ("nus", nus), ("ntire2018", ntire2018))
    }


ROWS = (
    Row(
        "CNN",
        "cnn",
        {"width": 128},
        quoted=_quoted((32.2165, 0.9706, 10.7111), (25.5296, 0.9238, 9.4873), (45.8232, 0.9998, 1.7232)),
    ),
    Row(
        "UNET",
        "unet",
        {"width": 32},
        quoted=_quoted((31.6973, 0.9488, 13.1052), (25.0038, 0.8872, 10.0554), (38.2989, 0.9976, 3.0454)),
    ),
    Row(
        "HSCNN-R",
        "hscnn-r",
        {"width": 64},
        quoted=_quoted((31.4676, 0.9637, 12.2081), (25.1326, 0.9213, 9.5254), (45.7062, 0.9998, 1.6455)),
    ),
    Row(
        "Multi-scale CNN",
        "multiscale-cnn",
        {"width": 64},
        quoted=_quoted((31.9298, 0.9575, 11.8746), (25.1922, 0.9219, 9.5021), (45.7752, 0.9998, 1.6938)),
    ),
    Row(
        "PriNET",
        "prinet",
        {"width": 64},
        quoted=_quoted((32.8129, 0.9733, 10.0400), (25.2622, 0.9368, 9.9859), (46.2661, 0.9999, 1.5560)),
    ),
    Row(
        "PriNET+",
        "prinet-plus",
        {"width": 64},
        quoted=_quoted((32.8300, 0.9833, 8.7750), (26.2893, 0.9405, 8.9923), (46.3500, 0.9999, 1.5316)),
    ),
    Row(
        "INR",
        "inr-paper",
        {"width": 64, "top_width": 1024},
        learning_rate=2e-4,
        quoted=_quoted((34.6257, 0.9781, 7.3285), (26.3431, 0.9568, 8.8187), (46.0808, 0.9999, 1.5198)),
    ),
    Row("MST++", "mst-plus-plus", learning_rate=4e-4),
    Row("INR, compact", "inr-compact"),
    Row("INR, edge", "inr-edge"),
)
