"""Zip archives whose members bear one fixed date, so that equal results are equal files."""

import shutil
import zipfile
from pathlib import Path
from typing import Any

_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


class DatelessArchive(zipfile.ZipFile):
    """A zip without a clock."""

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:  # noqa: ANN401  as its parent's
        """Add a text."""
        info = zipfile.ZipInfo(zinfo_or_arcname, _ZIP_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        super().writestr(info, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:  # noqa: ANN401  as above
        """Add a file."""
        info = zipfile.ZipInfo(arcname or str(filename), _ZIP_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.file_size = Path(filename).stat().st_size
        with Path(filename).open("rb") as source, self.open(info, "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)
