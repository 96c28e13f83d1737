#!/usr/bin/env python
"""The same as `hsi-inr serve`."""

from hsi_inr_tf.cli.main import run

run("serve")
