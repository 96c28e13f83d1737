"""Train a model: python scripts/train.py --help"""

from hsi_inr_tf.cli import command
from hsi_inr_tf.cli.train import Options, run

command(run, Options)
