#!/usr/bin/env python
from hsi_inr_tf.cli import command
from hsi_inr_tf.cli.points import Options, run

command(run, Options)
