"""Writes plain, snappy, zstd, gzip and the encodings .parquet beside it: pip install pyarrow, then python make-parquet.py."""

import pathlib

import pyarrow
import pyarrow.parquet

rows = {"id": list(range(120)), "text": [f"line {i} – größer" for i in range(120)]}
for name, codec in (("plain", "none"), ("snappy", "snappy"), ("zstd", "zstd"), ("gzip", "gzip")):
    path = pathlib.Path(__file__).parent / f"{name}.parquet"
    pyarrow.parquet.write_table(pyarrow.table(rows), path, compression=codec, row_group_size=30)

encodings = {
    "delta-length": {"column_encoding": {"text": "DELTA_LENGTH_BYTE_ARRAY"}, "use_dictionary": False, "compression": "lz4"},
    "delta": {"column_encoding": {"text": "DELTA_BYTE_ARRAY"}, "use_dictionary": False, "compression": "brotli"},
    "dictionary": {"use_dictionary": True, "compression": "zstd"},
}
for name, options in encodings.items():
    path = pathlib.Path(__file__).parent / f"{name}.parquet"
    table = pyarrow.table(rows)
    pyarrow.parquet.write_table(table, path, data_page_version="2.0", data_page_size=400, write_page_checksum=True, row_group_size=60, **options)
