"""A whole command, watched from outside: so that its memory is measured, its own processes included."""

import sys

from scripts.bench.process import Found, serve, whole


def run(job: Found) -> Found:
    """Run ``python -m`` with the words given."""
    return whole([sys.executable, "-m", *job["words"]])


if __name__ == "__main__":
    serve({"run": run})
