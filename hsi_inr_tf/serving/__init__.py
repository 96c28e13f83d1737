"""A server for trained models, on kserve's ModelServer (extra serving), and a client that needs neither."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from hsi_inr_tf.errors import InputError


@contextmanager
def importing_kserve() -> Iterator[None]:
    """For importing what imports kserve, which reads the command line while it is imported. Names the extra
    where it is missing.
    """
    arguments, sys.argv = sys.argv, sys.argv[:1]
    try:
        yield
    except ImportError as error:
        raise InputError(f"serving needs kserve: pip install 'hsi_inr_tf[serving]' ({error})") from error
    finally:
        sys.argv = arguments
