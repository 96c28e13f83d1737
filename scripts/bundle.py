#!/usr/bin/env python
"""The same as `hsi-inr bundle`."""

from hsi_inr_tf.cli.main import run

run("bundle")
