"""Train a model: python scripts/train.py --help"""

from hsi_inr_tf.cli import command
from hsi_inr_tf.cli.train import Options, from_file, run

command(run, Options, defaults=from_file)
