"""From starting the server to its first answer."""

from scripts.bench.page import Section, Table, count, seconds
from scripts.bench.server import start_s
from scripts.bench.setting import Setting


def run(setting: Setting) -> Section:
    """Start the server on the demonstration bundle, three times."""
    rows = []
    for number in range(1, 2 if setting.quick else 4):
        setting.tell(f"start of the server: {number}")
        found = start_s(setting.demo)
        rows.append(
            (str(number), seconds(found["health_s"]), seconds(found["check_s"]), count(found["private_mb"]))
        )
    return Section(
        title="Start of the server",
        text="As `make run` starts it (gunicorn, preloaded, two workers) on the demonstration bundle, from "
        "the process to the answer; then 40 checks. Wanted: first answer ≤ 3 s, an extra worker ≤ 150 MB.",
        tables=[
            Table(head=("run", "/health, s", "first check, s", "private memory of a worker, MB"), rows=rows)
        ],
    )
