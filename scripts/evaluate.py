#!/usr/bin/env python
"""The same as `hsi-inr evaluate`."""

from hsi_inr_tf.cli.main import run

run("evaluate")
