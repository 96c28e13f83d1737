#!/usr/bin/env python
"""The same as `hsi-inr build`."""

from hsi_inr_tf.cli.main import run

run("build")
