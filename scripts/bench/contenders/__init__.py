"""One module per contender, run in its own process: ``python -m scripts.bench.contenders.NAME TASK JOB``."""
