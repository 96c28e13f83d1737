"""How good a trained model is: scored beside regression, compared with its exports, timed."""

from hsi_inr_tf.evaluation.comparison import comparison, notes, scored, wins
from hsi_inr_tf.evaluation.regression import regression_reconstructor

__all__ = ["comparison", "notes", "regression_reconstructor", "scored", "wins"]
