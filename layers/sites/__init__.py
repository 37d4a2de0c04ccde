"""Sites on their way in and results on their way out: tables, vector files, GeoJSON ↔ rows.

``tables`` and ``vectors`` read a file into records, ``rows`` turns a record into a part or a refusal,
``screen`` puts rows through the core, ``write*`` write what came of them. Nothing here decides about zoning.
"""
