"""Many points at once, for tables: measured in columns, answered by the one road.

What a rule says of a point depends on where its distances and depths lie among a few thresholds. Points
that lie alike are answered alike: one of them goes down the one road (`geo.relate.place`), and what it is
told holds for all. Only the measuring is done in columns: which zones hold a point (`geo.index.zones`), how
far the outlines of zones' unions are (`geo.index.edges`). Points on a border, or beside zones whose shape is
not valid, are left to the one road altogether.
"""

from geo.points.atlas import Atlas
from geo.points.batch import Declaration, PointBatch
from geo.points.table import PointAnswers, PointTable

__all__ = ["Atlas", "Declaration", "PointAnswers", "PointBatch", "PointTable"]
