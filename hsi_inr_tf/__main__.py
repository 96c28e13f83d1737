"""`python -m hsi_inr_tf` is the command `hsi-inr`."""

from hsi_inr_tf.cli.main import main

if __name__ == "__main__":  # workers that a runner starts import this file
    main()
