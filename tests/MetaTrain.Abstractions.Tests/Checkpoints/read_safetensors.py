"""Reads a safetensors file with the Python standard library alone and prints what is in it as JSON.

Written from the published description of the format and sharing no code with the C# reader,
so that the tests can compare the two. Exits with 1 and a sentence when the file breaks the format.
"""

import json
import math
import struct
import sys

SIZES = {
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1,
    "I16": 2, "U16": 2, "F16": 2, "BF16": 2,
    "I32": 4, "U32": 4, "F32": 4,
    "F64": 8, "I64": 8, "U64": 8,
}


def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(set(keys)) == len(keys), "a key stands twice"
    return dict(pairs)


def read(path):
    with open(path, "rb") as file:
        content = file.read()
    assert len(content) >= 8, "there is no header length"
    (length,) = struct.unpack("<Q", content[:8])
    assert length <= 100_000_000 and 8 + length <= len(content), "the header is too long"
    header, data = content[8:8 + length], content[8 + length:]
    assert header.startswith(b"{"), "the header does not start with {"
    entries = json.loads(header.decode("utf-8"), object_pairs_hook=unique)
    metadata = entries.pop("__metadata__", {})
    assert all(isinstance(value, str) for value in metadata.values()), "a note is not a string"

    reached = 0
    tensors = {}
    for name, entry in sorted(entries.items(), key=lambda item: item[1]["data_offsets"]):
        assert set(entry) == {"dtype", "shape", "data_offsets"}, "an entry has other keys"
        begin, end = entry["data_offsets"]
        assert begin == reached and end <= len(data), f"{name} leaves a hole or overlaps"
        assert end - begin == math.prod(entry["shape"]) * SIZES[entry["dtype"]], f"{name} has the wrong length"
        reached = end
        tensors[name] = {"dtype": entry["dtype"], "shape": entry["shape"], "bytes": data[begin:end].hex()}
        if entry["dtype"] == "F32":
            count = (end - begin) // 4
            tensors[name]["values"] = [repr(value) for value in struct.unpack(f"<{count}f", data[begin:end])]
    assert reached == len(data), "there are bytes after the last tensor"
    return {"aligned": (8 + length) % 8 == 0, "metadata": metadata, "tensors": tensors}


if __name__ == "__main__":
    try:
        print(json.dumps(read(sys.argv[1])))
    except AssertionError as fault:
        sys.exit(str(fault))
