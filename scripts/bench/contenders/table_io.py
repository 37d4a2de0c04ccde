"""What reading and writing a table costs by itself, and whether two tables name the same zones."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.csv as pacsv

from scripts.bench import pairs
from scripts.bench.process import Found, clocked, serve


def cost(job: Found) -> Found:
    """Read the input and write our output again: by pandas, and by pyarrow, which is as fast as CSV gets."""
    copy = Path(job["folder"]) / "copy.csv"
    arrow_in_s, _ = clocked(lambda: pacsv.read_csv(job["table"]))
    made = pacsv.read_csv(job["out"])
    arrow_out_s, _ = clocked(lambda: pacsv.write_csv(made, copy))
    pandas_in_s, _ = clocked(lambda: pd.read_csv(job["table"], dtype={"site_id": str}))
    frame = made.to_pandas()
    pandas_out_s, _ = clocked(lambda: frame.to_csv(copy, index=False))
    copy.unlink()
    return {
        "arrow_in_s": arrow_in_s,
        "arrow_out_s": arrow_out_s,
        "pandas_in_s": pandas_in_s,
        "pandas_out_s": pandas_out_s,
        "in_mb": Path(job["table"]).stat().st_size / 1e6,
        "out_mb": Path(job["out"]).stat().st_size / 1e6,
    }


def same(job: Found) -> Found:
    """The zones our rows name against those that the script's rows name: all pairs of row and zone.

    The pairs that only one of them has are laid beside the tables.
    """
    layers: list[str] = job["layers"]
    ours = pd.read_csv(job["out"], usecols=["hits"], dtype=str)["hits"]
    hits = ours.dropna().str.split(";").explode().str.partition(":")
    hits = hits[hits[0].isin(layers)]  # counties are ours alone
    mine = _numbers(hits[2], hits[0].map({name: place for place, name in enumerate(layers)}).to_numpy())
    theirs = pd.read_csv(job["peer"], usecols=layers, dtype=str)
    found = [theirs[name].dropna().str.split(";").explode() for name in layers]
    script = np.concatenate([_numbers(zones, np.full(len(zones), n)) for n, zones in enumerate(found)])
    only = {
        "ours": np.setdiff1d(mine, script, assume_unique=True),
        "theirs": np.setdiff1d(script, mine, assume_unique=True),
    }
    files = {name: pairs.save(job["folder"], f"only-{name}", found)["file"] for name, found in only.items()}
    return {
        "rows": len(ours),
        "pairs": len(mine),
        "files": files,
        "only_ours": len(only["ours"]),
        "only_theirs": len(only["theirs"]),
    }


def _numbers(fid: "pd.Series[str]", layer: np.ndarray) -> pairs.Keys:
    """One number for a row and a zone, which is that of its layer and the six digits of its name."""
    zone = layer.astype(np.int64) * pairs.OF_A_LAYER + fid.str[2:].astype(np.int64).to_numpy()
    return pairs.keys(fid.index.to_numpy(), zone)


if __name__ == "__main__":
    serve({"cost": cost, "same": same})
