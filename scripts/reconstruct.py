#!/usr/bin/env python
"""The same as `hsi-inr reconstruct`."""

from hsi_inr_tf.cli.main import run

run("reconstruct")
