"""How much memory this process has needed."""

import re
import sys
from pathlib import Path


def peak_mb() -> float:
    """Peak resident memory of this process in MB; outside Linux it can be that of a larger process that
    started it.
    """
    status = Path("/proc/self/status")
    # getrusage would inherit the peak of the parent
    if status.exists() and (peak := re.search(r"VmHWM:\s+(\d+) kB", status.read_text())):
        return int(peak[1]) / 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1 << 20) if sys.platform == "darwin" else most / 1024
