#!/usr/bin/env python
"""The same as `hsi-inr push`."""

from hsi_inr_tf.cli.main import run

run("push")
