"""Writes plain, snappy, zstd and gzip .parquet beside it: pip install pyarrow, then python make-parquet.py."""

import pathlib

import pyarrow
import pyarrow.parquet

rows = {"id": list(range(120)), "text": [f"line {i} – größer" for i in range(120)]}
for name, codec in (("plain", "none"), ("snappy", "snappy"), ("zstd", "zstd"), ("gzip", "gzip")):
    path = pathlib.Path(__file__).parent / f"{name}.parquet"
    pyarrow.parquet.write_table(pyarrow.table(rows), path, compression=codec, row_group_size=30)
