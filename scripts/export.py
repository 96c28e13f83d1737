#!/usr/bin/env python
"""The same as `hsi-inr export`."""

from hsi_inr_tf.cli.main import run

run("export")
