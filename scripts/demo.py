#!/usr/bin/env python
"""The same as `hsi-inr demo`."""

from hsi_inr_tf.cli.main import run

run("demo")
