"""Runs a command and prints its seconds, its most memory as the system counts it, and its exit code.

    python -IS launch.py PROGRAM ARGUMENT ...

In a small process of its own, as no process can be seen to need less memory than the one that started it.
"""

import os
import sys
import time

if __name__ == "__main__":
    quiet = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    began = time.perf_counter()
    process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
    _, status, usage = os.wait4(process, 0)
    print(time.perf_counter() - began, usage.ru_maxrss, os.waitstatus_to_exitcode(status))
