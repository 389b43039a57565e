"""Several files in one zip, with every size checked before it is unpacked."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping

_MOMENT = (1980, 1, 1, 0, 0, 0)  # the zip format's zero: equal files, equal bytes


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of the files, the same for the same files."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return buffer.getvalue()


def unpack(data: bytes, largest: int, most_files: int = 64) -> dict[str, bytes]:
    """
    Return the files of a zip, by name, in memory; a name never becomes a path.

    Parameters
    ----------
    data
        The zip, from anywhere.
    largest
        Most bytes that all files together may take.
    most_files
        Most entries it may have.

    Raises
    ------
    ValueError
        When it is damaged, encrypted or too large, or holds a name twice.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = {entry.filename for entry in entries}
            total = sum(entry.file_size for entry in entries)
            if len(entries) > most_files or len(names) < len(entries):
                raise ValueError(f"it has {len(entries)} entries, or one of them twice")
            if total > largest:
                raise ValueError(
                    f"unpacked it takes {total} bytes, {largest} are allowed"
                )
            return {entry.filename: archive.read(entry) for entry in entries}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,  # a compression that zipfile does not know
        RuntimeError,  # an encrypted entry
    ) as error:
        raise ValueError("it is no zip file, or a damaged one") from error
