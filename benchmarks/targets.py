"""What nnlib promises to be, in ratios to its peers, and whether a measurement bears it out."""

SMALL = ("spiral 100 × 64", "digits")
LARGE = ("spiral 1000 × 512", "MNIST")

# (what, whose time, compared with whose, at most so many times, in which cases; None: all)
TARGETS = [
    ("faster than the NNFS formulation", "nnlib", "NNFS", 1.0, None),
    ("faster than PyTorch where small", "nnlib", "PyTorch float32", 1.0, SMALL),
    ("within 2 times where large", "nnlib", "PyTorch float32", 2.0, LARGE),
    ("native within 1.2 times", "nnlib native", "PyTorch float64", 1.2, None),
]
MOST_ARRAYS = 4
STRAIGHT = 0.05  # how far memory at twice the batch may be off a straight line


def check(result):
    """Every target with what was found: a list of dicts."""
    found = []
    for what, ours, theirs, limit, cases in TARGETS:
        for name in cases or result["cases"]:
            times = result["cases"].get(name, {}).get("microseconds", {})
            if theirs not in times:
                continue
            ratio = times[ours]["median"] / times[theirs]["median"]
            found.append(
                {
                    "target": what,
                    "case": name,
                    "peers": [ours, theirs],
                    "limit": limit,
                    "found": ratio,
                    "met": ratio <= limit,
                }
            )
    for name in ("nnlib", "nnlib native"):
        arrays, bend = growth(result["growth"], name)
        found.append(
            {
                "target": "memory linear in the batch",
                "case": "spiral, 256 units",
                "peers": [name],
                "limit": STRAIGHT,
                "found": bend,
                "met": bend <= STRAIGHT,
            }
        )
        found.append(
            {
                "target": "arrays alive per layer",
                "case": "spiral, 256 units",
                "peers": [name],
                "limit": MOST_ARRAYS,
                "found": arrays,
                "met": arrays <= MOST_ARRAYS,
            }
        )
    return found


def growth(rows, name):
    """How many activation-sized arrays one more layer keeps alive, and how far memory is off a line in the batch.

    A layer is a dense layer with its rectifier. The peak of a deep network less that of a shallow one, for twice the
    batch less once the batch, leaves what grows with both: the arrays of one activation's size of each further layer.
    """
    sizes = sorted({row["n_samples"] for row in rows})
    depths = sorted({row["depth"] for row in rows})
    peak = {(row["n_samples"], row["depth"]): row["bytes"][name] for row in rows}
    small, middle, large = sizes
    shallow, deep = depths
    more = peak[large, deep] - peak[large, shallow]
    more -= peak[small, deep] - peak[small, shallow]
    n_entries = (large - small) * rows[0]["width"] * (deep - shallow)
    line = (peak[large, deep] - peak[small, deep]) / (large - small)
    expected = peak[small, deep] + line * (middle - small)
    return more / n_entries / 8, abs(peak[middle, deep] / expected - 1)


def print_targets(targets):
    """A line for each target."""
    print(f"\n{'target':36}{'case':20}{'found':>8}{'at most':>9}")
    for row in targets:
        peers = " / ".join(row["peers"])
        verdict = "met" if row["met"] else "MISSED"
        print(
            f"{row['target']:36}{row['case']:20}{row['found']:8.2f}{row['limit']:9.2f}  {verdict:8}{peers}"
        )
