"""Plain shapely: one search tree over the zones."""

import shapely

from scripts.bench import pairs
from scripts.bench.data import read_points, read_zones
from scripts.bench.process import Found, clocked, repeated, serve


def point_join(job: Found) -> Found:
    """All (point, zone) that intersect."""
    load_s, (zones, points) = clocked(
        lambda: (read_zones(job["zones"]), shapely.points(*read_points(job["points"])))
    )
    build_s, tree = clocked(lambda: shapely.STRtree(zones))
    spent, found = repeated(lambda: tree.query(points, predicate="intersects"))
    told = pairs.save(job["folder"], "shapely", pairs.keys(found[0], found[1]))
    return {"load_s": load_s, "build_s": build_s, "spent_s": spent, **told}


if __name__ == "__main__":
    serve({"point_join": point_join})
