#!/usr/bin/env python
"""The same as `hsi-inr benchmark`."""

from hsi_inr_tf.cli.main import run

run("benchmark")
