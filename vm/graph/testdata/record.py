"""Records what Dagster 1.13.27 answers about partitions definitions and asset selections.

    python record.py partitions 1500 | gzip -9n > partitions.jsonl.gz
    python record.py selections 400 | gzip -9n > selections.jsonl.gz

Needs: pip install dagster==1.13.27. The seed is fixed, so that two runs write the same.
"""

import datetime as dt
import json
import random
import sys
import warnings
from zoneinfo import ZoneInfo

warnings.filterwarnings("ignore")

import dagster as dg  # noqa: E402
from dagster._core.definitions.partitions.context import partition_loading_context  # noqa: E402

ZONES = ["UTC", "Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata",
         "America/Santiago", "America/Havana", "Pacific/Auckland", "Europe/London", "Asia/Kathmandu"]
CHANGES = {  # days on which the clocks of a zone change, and their neighbours
    "Europe/Paris": ["2024-03-31", "2024-10-27"], "America/New_York": ["2024-03-10", "2024-11-03"],
    "America/Santiago": ["2024-04-07", "2024-09-08"], "America/Havana": ["2024-03-10", "2024-11-03"],
    "Australia/Lord_Howe": ["2024-04-07", "2024-10-06"], "Pacific/Auckland": ["2024-04-07", "2024-09-29"],
    "Europe/London": ["2024-03-31", "2024-10-27"],
}
CRONS = ["0 */6 * * *", "*/15 * * * *", "30 2 * * *", "0 9-17 * * 1-5", "0 0 1,15 * *", "0,30 * * * *", "0 0 L * *", "15 1 * * 0"]


def definition(rng):
    kind = rng.choice(["hourly", "daily", "weekly", "monthly", "cron"])
    zone = rng.choice(ZONES)
    if zone == "Australia/Lord_Howe" and kind in ("hourly", "cron"):
        zone = "UTC"  # Dagster's answer depends on the start of the question
    day = dt.datetime.fromisoformat(rng.choice(CHANGES.get(zone, ["2024-02-28", "2024-12-31"])))
    start = day - dt.timedelta(days=rng.choice([0, 1, 2, 9, 40]), hours=rng.choice([0, 0, 0, 5]))
    spec = {"type": kind, "timezone": zone, "start": start.isoformat()}
    if rng.random() < 0.3:
        spec["end"] = (start + dt.timedelta(days=rng.choice([1, 2, 3, 10, 45, 90]), hours=rng.choice([0, 0, 7]))).isoformat()
    if rng.random() < 0.4:
        spec["end_offset"] = rng.choice([1, 2, 5, -1, -2])
    if kind == "cron":
        spec["cron"] = rng.choice(CRONS)
    elif rng.random() < 0.6:
        spec["minute_offset"] = rng.choice([0, 15, 30])
        if kind != "hourly":
            spec["hour_offset"] = rng.choice([0, 1, 2, 3, 23])
        if kind == "weekly":
            spec["day_offset"] = rng.randrange(7)
        if kind == "monthly":
            spec["day_offset"] = rng.choice([1, 2, 10, 31])
    if kind in ("hourly", "cron") and rng.random() < 0.2:
        spec["format"] = rng.choice(["%Y-%m-%d-%H:%M%z", "%Y%m%d%H%M"])
    elif kind not in ("hourly", "cron") and rng.random() < 0.2:
        spec["format"] = "%d.%m.%Y"
    return spec, day


def build(spec):
    kind = spec["type"]
    moment = lambda name: dt.datetime.fromisoformat(spec[name]) if name in spec else None  # noqa: E731
    options = {"start": moment("start"), "end": moment("end"), "timezone": spec["timezone"], "end_offset": spec.get("end_offset", 0)}
    if "format" in spec:
        options["fmt"] = spec["format"]
    if kind == "cron":
        return dg.TimeWindowPartitionsDefinition(cron_schedule=spec["cron"], **{"fmt": "%Y-%m-%d-%H:%M", **options})
    options["start_date"], options["end_date"] = options.pop("start"), options.pop("end")
    options |= {k: spec[k] for k in ("minute_offset", "hour_offset", "day_offset") if k in spec}
    return getattr(dg, kind.capitalize() + "PartitionsDefinition")(**options)


def partitions(rng, count):
    while count:
        spec, day = definition(rng)
        p = build(spec)
        zone = ZoneInfo(spec["timezone"])
        now = int((day + dt.timedelta(seconds=rng.randrange(-2 * 86400, 4 * 86400))).replace(tzinfo=zone).timestamp())
        if rng.random() < 0.3:
            now -= now % 3600
        current = dt.datetime.fromtimestamp(now, dt.timezone.utc)
        with partition_loading_context(effective_dt=current):
            # every key near the change, and whether it is a partition
            near = []
            for window in p._iterate_time_windows((day - dt.timedelta(days=3)).replace(tzinfo=zone).timestamp()):
                if len(near) == 8 or window.start.timestamp() > now + 50 * 86400:
                    break
                near.append(window)
            if spec["type"] == "hourly" or spec["type"] == "cron":
                ahead = p._iterate_time_windows(day.replace(tzinfo=zone).timestamp())
                near += [next(iter_) for iter_ in [iter(ahead)] for _ in range(6)]
            near += [w for w in (p.get_first_partition_window(), p.get_last_partition_window()) if w]
            keys = {}
            for window in near:
                key = p.get_partition_key_for_timestamp(window.start.timestamp())
                keys[key] = [int(window.start.timestamp()), int(window.end.timestamp()), p.has_partition_key(key)]
            readings = {}
            for _ in range(6):
                at = day + dt.timedelta(minutes=rng.randrange(-2 * 1440, 3 * 1440))
                if rng.random() < 0.5:
                    at = day + dt.timedelta(minutes=rng.randrange(0, 300))
                readings[at.isoformat()] = p.get_partition_key_for_timestamp(at.replace(tzinfo=zone).timestamp())
        yield {"spec": spec, "now": now, "keys": keys, "readings": readings}
        count -= 1


def nothing():
    pass


def graph(rng):
    n = rng.randrange(3, 12)
    assets = []
    for i in range(n):
        key = rng.choice(["raw/", "raw/x/", "mart/", "", "rawer/"]) + f"a{i}"
        a = {"key": key, "group": rng.choice(["g", "h"]), "tags": {"k": rng.choice(["v", "w"])}}
        kind = rng.random()
        if kind < 0.2:
            a["external"] = True
        elif kind < 0.35:
            a["observable"] = True
        if not a.get("observable"):
            a["kinds"] = rng.sample(["s3", "python"], rng.randrange(3))
            a["owners"] = rng.sample(["team:x", "a@b.com"], rng.randrange(3))
            a["deps"] = sorted(rng.sample([b["key"] for b in assets], min(len(assets), rng.choice([0, 1, 1, 2, 3]))))
        assets.append(a)
    return assets


def selection(rng, assets, depth):
    keys = [a["key"] for a in assets]
    if depth == 0 or rng.random() < 0.2:
        ext = rng.random() < 0.5
        return rng.choice([
            ["all", ext], ["assets", *rng.sample(keys, rng.randrange(1, 3))], ["groups", ext, rng.choice("gh")], ["tag", ext, "k", rng.choice("vw")],
            ["kind", ext, rng.choice(["s3", "python"])], ["owner", rng.choice(["team:x", "a@b.com"])],
            ["key_prefixes", ext, *rng.sample(["raw", "mart", "raw/x", "ra"], rng.randrange(1, 3))],
        ])
    op = rng.choice(["or", "and", "minus", "upstream", "downstream", "roots", "sinks", "materializable"])
    a = selection(rng, assets, depth - 1)
    if op in ("or", "and", "minus"):
        return [op, a, selection(rng, assets, depth - 1)]
    if op in ("upstream", "downstream"):
        return [op, a, rng.choice([-1, -1, 0, 1, 2])]
    return [op, a]


def built(s):
    A = dg.AssetSelection
    path = lambda k: dg.AssetKey(k.split("/"))  # noqa: E731
    match s:
        case ["all", ext]: return A.all(include_sources=ext)
        case ["assets", *keys]: return A.assets(*map(path, keys))
        case ["groups", ext, *g]: return A.groups(*g, include_sources=ext)
        case ["tag", ext, k, v]: return A.tag(k, v, include_sources=ext)
        case ["kind", ext, k]: return A.kind(k, include_sources=ext)
        case ["owner", o]: return A.owner(o)
        case ["key_prefixes", ext, *p]: return A.key_prefixes(*[x.split("/") for x in p], include_sources=ext)
        case ["or", a, b]: return built(a) | built(b)
        case ["and", a, b]: return built(a) & built(b)
        case ["minus", a, b]: return built(a) - built(b)
        case ["upstream", a, d]: return built(a).upstream(depth=None if d < 0 else d)
        case ["downstream", a, d]: return built(a).downstream(depth=None if d < 0 else d)
        case ["roots", a]: return built(a).roots()
        case ["sinks", a]: return built(a).sinks()
        case ["materializable", a]: return built(a).materializable()
    raise ValueError(s)


def definitions(assets):
    out = []
    for i, a in enumerate(assets):
        key = dg.AssetKey(a["key"].split("/"))
        if a.get("observable"):
            out.append(dg.observable_source_asset(name=key.path[-1], key_prefix=key.path[:-1] or None, group_name=a["group"], tags=a["tags"])(nothing))
            continue
        spec = dg.AssetSpec(key, group_name=a["group"], tags=a["tags"], kinds=set(a["kinds"]), owners=a["owners"], deps=[dg.AssetKey(d.split("/")) for d in a["deps"]])
        out.append(spec if a.get("external") else dg.multi_asset(name=f"op{i}", specs=[spec])(nothing))
    return dg.Definitions(assets=out).resolve_asset_graph()


def selections(rng, count):
    for _ in range(count):
        assets = graph(rng)
        resolved = definitions(assets)
        answers = []
        for _ in range(12):
            s = selection(rng, assets, rng.randrange(4))
            answers.append([s, sorted(k.to_user_string() for k in built(s).resolve(resolved, allow_missing=True))])
        yield {"assets": assets, "selections": answers}


if __name__ == "__main__":
    what, count = sys.argv[1], int(sys.argv[2])
    for case in {"partitions": partitions, "selections": selections}[what](random.Random(1), count):
        print(json.dumps(case, separators=(",", ":")))
