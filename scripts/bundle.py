"""Bundle a trained model with the package: python scripts/bundle.py --help"""

from hsi_inr_tf.cli import command
from hsi_inr_tf.cli.bundle import Options, run

command(run, Options)
