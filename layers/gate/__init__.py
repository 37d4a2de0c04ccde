"""The import gate: a supplied file becomes a dated edition, is quarantined, or is refused.

``order`` (the mapping file) → ``take`` (columns, shapes, zone by zone) → ``judge`` (topology, comparison with
the edition in force, thresholds) → ``run`` (accepted, quarantined, refused) → ``report`` (JSON, HTML).
"""
