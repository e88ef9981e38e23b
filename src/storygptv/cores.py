"""The processor cores and the memory of this machine."""

import os
import sys


def num_cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def use_idle_cores() -> int:
    """Let torch compute on as many threads as there are idle cores, at least one, and return how many.

    Threads that wait for each other on cores which other work holds are 8 to 15 times slower than one alone. Whoever
    sets OMP_NUM_THREADS has chosen, and is left alone.
    """
    import torch

    if "OMP_NUM_THREADS" not in os.environ:
        import psutil

        busy = sum(share > 50 for share in psutil.cpu_percent(interval=0.1, percpu=True))
        torch.set_num_threads(max(1, num_cores() - busy))
    return torch.get_num_threads()


def peak_memory_bytes() -> int:
    """The most memory this process has held so far."""
    try:
        import resource
    except ImportError:  # on Windows
        import psutil

        return psutil.Process().memory_info().peak_wset
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
