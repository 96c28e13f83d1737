"""How good a predicted cube is: pure NumPy metrics on [height, width, bands], gathered into named
protocols.
"""

from hsi_inr_tf.metrics.mrae import mrae
from hsi_inr_tf.metrics.protocols import PROTOCOLS, Protocol
from hsi_inr_tf.metrics.psnr import psnr
from hsi_inr_tf.metrics.rmse import rmse
from hsi_inr_tf.metrics.sam import sam
from hsi_inr_tf.metrics.scores import Scores, evaluate
from hsi_inr_tf.metrics.ssim import ssim_per_band
from hsi_inr_tf.metrics.table import METRICS, Metric, score

__all__ = [
    "METRICS",
    "PROTOCOLS",
    "Metric",
    "Protocol",
    "Scores",
    "evaluate",
    "mrae",
    "psnr",
    "rmse",
    "sam",
    "score",
    "ssim_per_band",
]
