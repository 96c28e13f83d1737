#!/usr/bin/env python
"""The same as `hsi-inr points`."""

from hsi_inr_tf.cli.main import run

run("points")
