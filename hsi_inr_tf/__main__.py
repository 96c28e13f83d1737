"""`python -m hsi_inr_tf` is the command `hsi-inr`."""

from hsi_inr_tf.cli.main import main

main()
