"""What `import paywright` adds to a bare interpreter, beside `stripe`. Build with `--release` first.

Every figure is the median over fresh processes, taken in turns so that all meet the same load. Time is the import itself;
memory is what is resident afterwards, less what is resident in a process that imports nothing.
"""

from __future__ import annotations

import importlib.util
import json
import statistics
import subprocess
import sys

ROUNDS = 21
MOST_MS = 25.0
MOST_MB = 8.0
PROGRAM = """
import time
began = time.perf_counter_ns()
{statement}
spent = time.perf_counter_ns() - began
import json, resource
try:
    with open("/proc/self/statm") as file:
        resident = int(file.read().split()[1]) * resource.getpagesize()
except OSError:
    resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if __import__("sys").platform == "darwin" else 1024)
print(json.dumps([spent / 1e6, resident / 1e6]))
"""


def once(statement: str) -> tuple[float, float]:
    program = PROGRAM.format(statement=statement)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    spent, resident = json.loads(done.stdout)
    return spent, resident


def main() -> int:
    peer = importlib.util.find_spec("stripe") is not None
    statements = {"nothing": "pass", "paywright": "import paywright", **({"stripe": "import stripe"} if peer else {})}
    for statement in statements.values():
        once(statement)  # compiled files are written, pages are in memory
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in statements}
    for _ in range(ROUNDS):
        for name, statement in statements.items():
            taken[name].append(once(statement))
    milliseconds = {name: statistics.median(spent for spent, _ in all) for name, all in taken.items()}
    bare = statistics.median(resident for _, resident in taken["nothing"])
    megabytes = {name: statistics.median(resident for _, resident in all) - bare for name, all in taken.items()}
    for name in list(statements)[1:]:
        print(f"import {name + ':':10} {milliseconds[name]:6.1f} ms {megabytes[name]:6.1f} MB")
    if peer:
        time_ratio = milliseconds["paywright"] / milliseconds["stripe"]
        memory_ratio = megabytes["paywright"] / megabytes["stripe"]
        print(f"paywright / stripe: {time_ratio:.2f} of the time, {memory_ratio:.2f} of the memory")
    else:
        print("stripe is not installed, so nothing to compare with")
    fine = milliseconds["paywright"] <= MOST_MS and megabytes["paywright"] <= MOST_MB
    print(f"at most {MOST_MS:.0f} ms and {MOST_MB:.0f} MB: {'yes' if fine else 'NO'}")
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
