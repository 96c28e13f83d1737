#!/usr/bin/env python
"""The same as `hsi-inr adapt`."""

from hsi_inr_tf.cli.main import run

run("adapt")
