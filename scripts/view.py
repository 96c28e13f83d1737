#!/usr/bin/env python
"""The same as `hsi-inr view`."""

from hsi_inr_tf.cli.main import run

run("view")
