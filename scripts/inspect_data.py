#!/usr/bin/env python
"""The same as `hsi-inr inspect-data`."""

from hsi_inr_tf.cli.main import run

run("inspect-data")
