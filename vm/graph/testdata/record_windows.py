"""Records the windows that Dagster 1.13.27 makes in every zone of the IANA database.

    python record_windows.py zoneinfo.zip | gzip -9n > windows.jsonl.gz

zoneinfo.zip holds the database, as in a Go distribution's lib/time; Dagster and the Go test
both read that copy, so that a newer database changes neither. Needs: pip install
dagster==1.13.27. It takes about a quarter of an hour on two processors.

A line of the output is for zones whose answers are all equal. For each type it has a digest
per year from 1996 to 2025: the first 8 bytes of the SHA-256 of lines "key start end\n", one
for each window of the definition that starts at midnight on 1 January, up to the next. For
each change of the clocks it has the windows that overlap the day before it and the day after
it: the first start, then key and length in seconds of each. In "alone" are windows that
Dagster gives otherwise when it is asked for the key alone.
"""

import datetime as dt
import hashlib
import itertools
import json
import multiprocessing
import sys
import tempfile
import warnings
import zipfile
import zoneinfo
from pathlib import Path

warnings.filterwarnings("ignore")

import dagster as dg  # noqa: E402
from dagster._core.definitions.partitions.definition.time_window import dst_safe_strftime  # noqa: E402
from dagster._utils import schedules  # noqa: E402

TYPES = {"hourly": dg.HourlyPartitionsDefinition, "daily": dg.DailyPartitionsDefinition, "weekly": dg.WeeklyPartitionsDefinition, "monthly": dg.MonthlyPartitionsDefinition}
YEARS = range(1996, 2026)
DAY = 86400


def minutes_of_zone(zone):
    """Dagster's has_nonzero_minute_offset, for which today is always 1 January 2026."""
    return dt.datetime(2026, 1, 1, tzinfo=schedules.get_timezone(zone)).utcoffset().total_seconds() % 3600 != 0


def changes(zone):
    """The instants, to the second, at which the zone's offset changes."""
    at = lambda t: dt.datetime.fromtimestamp(t, zone).utcoffset()  # noqa: E731
    begin, end = (int(dt.datetime(y, 1, 1, tzinfo=zone).timestamp()) for y in (YEARS.start, YEARS.stop))
    for low in range(begin, end, DAY):
        high = low + DAY
        if at(low) == at(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if at(middle) == at(low) else (low, middle)
        yield high


def year(kind, zone, y):
    """Windows of a year as (key, start, end), but for empty ones: of 2011-12-30 in Pacific/Apia and Pacific/Fakaofo, which left out that day."""
    p = TYPES[kind](start_date=dt.datetime(y, 1, 1), timezone=zone)
    limit = dt.datetime(y + 1, 1, 1, tzinfo=schedules.get_timezone(zone)).timestamp()
    for w in itertools.takewhile(lambda w: w.start.timestamp() < limit, p._iterate_time_windows(p.start_timestamp)):
        if w.start.timestamp() == w.end.timestamp():
            continue
        yield dst_safe_strftime(w.start, p.timezone, p.fmt, p.cron_schedule), int(w.start.timestamp()), int(w.end.timestamp())


def record(name):
    """A zone's answers, or None where the database and Dagster do not know it."""
    zone = zoneinfo.ZoneInfo(name)
    moments = list(changes(zone))
    out = {"changes": [{"at": m} for m in moments]}
    for kind in TYPES:
        digests = []
        for y in YEARS:
            windows = list(year(kind, name, y))
            digests.append(hashlib.sha256("".join(f"{k} {s} {e}\n" for k, s, e in windows).encode()).hexdigest()[:16])
            for c in out["changes"]:
                near(c, kind, name, [w for w in windows if w[1] < c["at"] + DAY and w[2] > c["at"] - DAY])
        out[kind] = "".join(digests)
    return out


def near(change, kind, name, windows):
    if not windows:
        return
    p = TYPES[kind](start_date=dt.datetime(YEARS.start, 1, 1), timezone=name)
    row = change.setdefault(kind, [windows[0][1]])
    for key, start, end in windows:
        row += [key, end - start]
        alone = p.time_window_for_partition_key(key)
        alone = [int(alone.start.timestamp()), int(alone.end.timestamp())]
        if alone != [start, end]:
            change.setdefault("alone", {}).setdefault(kind, {})[key] = alone


def main():
    schedules.has_nonzero_minute_offset = minutes_of_zone
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(sys.argv[1]) as database:
        database.extractall(folder)
        zoneinfo.reset_tzpath([folder])
        alike = {}
        for name in sorted(n for n in database.namelist() if not n.endswith("/")):
            alike.setdefault((Path(folder) / name).read_bytes(), []).append(name)
        groups = list(alike.values())
        if len(sys.argv) > 2:
            groups = [[z] for z in sys.argv[2:]]
        with multiprocessing.Pool(2) as pool:
            answers = {}
            for names, answer in zip(groups, pool.imap(record, [names[0] for names in groups])):
                text = json.dumps(answer, separators=(",", ":"))
                answers.setdefault(text, []).extend(names)
                print(len(answers), names[0], file=sys.stderr)
    for text, names in sorted(answers.items(), key=lambda kv: min(kv[1])):
        print(json.dumps({"zones": sorted(names)})[:-1] + "," + text[1:])


if __name__ == "__main__":
    main()
