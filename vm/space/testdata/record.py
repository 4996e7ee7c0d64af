"""Records what Dagster 1.13.27 answers about partition mappings and latest time windows.

    python record.py 1500 | gzip -9n > relations.jsonl.gz

Needs: pip install dagster==1.13.27. The seed is fixed, so that two runs write the same.
Lists of keys are written as scenarios write them: more than 20 that follow each other in
the definition as one range FIRST..LAST, and last the undefined ones, which the definition
does not have. "all" tells that an answer stands for all partitions by what it is.
"lacking" are those of the keys that asked() picks which require, each alone, something that
the upstream definition does not have.
"""

import datetime as dt
import json
import random
import sys
import warnings

warnings.filterwarnings("ignore")

import dagster as dg  # noqa: E402
from dagster._core.asset_graph_view.asset_graph_view import AssetGraphView, TemporalContext  # noqa: E402
from dagster._core.definitions.partitions.context import partition_loading_context  # noqa: E402
from dagster._core.definitions.partitions.subset import AllPartitionsSubset  # noqa: E402

ZONES = ["UTC", "UTC", "Europe/Paris", "America/New_York", "America/Santiago", "Asia/Kolkata"]
CRONS = ["0 */6 * * *", "0 0 * * 1-5", "30 2 * * *", "0 0 1,15 * *", "0 12 * * *"]
DYNAMIC = {"customers": ["c3", "c1", "a", "c2"], "regions": ["a", "b", "eu", "us"], "none": []}  # by name, in order of addition


def windows(rng, zone, day, kinds=("hourly", "daily", "daily", "weekly", "monthly", "cron")):
    kind = rng.choice(kinds)
    back = {"hourly": [0, 1, 3, 5], "monthly": [40, 100, 400]}.get(kind, [1, 2, 9, 40, 100])
    start = day - dt.timedelta(days=rng.choice(back), hours=rng.choice([0, 0, 0, 5]))
    spec = {"type": kind, "timezone": zone, "start": start.isoformat()}
    if rng.random() < 0.2:
        spec["end"] = (start + dt.timedelta(days=rng.choice([1, 2, 3, 10, 45, 90]))).isoformat()
    if rng.random() < 0.2:
        spec["end_offset"] = rng.choice([1, 2, 5, -1, -2])
    if kind == "cron":
        spec["cron"] = rng.choice(CRONS)
    elif rng.random() < 0.3:
        spec["minute_offset"] = rng.choice([0, 15, 30])
        if kind != "hourly":
            spec["hour_offset"] = rng.choice([0, 2, 23])
        if kind == "weekly":
            spec["day_offset"] = rng.randrange(7)
        if kind == "monthly":
            spec["day_offset"] = rng.choice([1, 2, 10, 31])
    if kind == "daily" and rng.random() < 0.15:
        spec["format"] = "%d.%m.%Y"
    return spec


def single(rng, zone, day):
    kind = rng.random()
    if kind < 0.4:
        return windows(rng, zone, day, ("daily", "daily", "weekly", "cron", "hourly"))
    if kind < 0.8:
        return {"type": "static", "keys": rng.choice([["a", "b", "c"], ["a", "b", "c"], ["c", "a", "x"], ["eu", "us"], ["1"], ["2024-03-10", "a"]])}
    return {"type": "dynamic", "name": rng.choice(list(DYNAMIC))}


def multi(rng, first, second):
    names = rng.choice([("date", "region"), ("date", "region"), ("zone", "area")])
    return {"type": "multi", "dimensions": {names[0]: first, names[1]: second}}


def definition(rng, zone, day, other):
    if other is not None and rng.random() < 0.2:
        return other
    kind = rng.random()
    if kind < 0.08:
        return None
    if kind < 0.25:
        first = other if other and other["type"] != "multi" and rng.random() < 0.7 else single(rng, zone, day)
        if other and other["type"] == "multi" and rng.random() < 0.7:
            first = rng.choice(list(other["dimensions"].values()))
        return multi(rng, first, single(rng, zone, day))
    if kind < 0.35 and other and other["type"] == "multi":
        return rng.choice(list(other["dimensions"].values()))
    if kind < 0.7:
        return windows(rng, zone, day)
    return single(rng, zone, day)


def time_window(rng):
    a, b = rng.choice([(0, 0), (0, 0), (-1, -1), (-1, 0), (-2, 0), (0, 1), (1, 1), (0, -1), (1, -1), (-7, -3), (2, 3)])
    return {"type": "time_window", "start_offset": a, "end_offset": b, "allow_nonexistent_upstream_partitions": rng.random() < 0.3}


def is_time(spec):
    return spec is not None and spec["type"] in ("hourly", "daily", "weekly", "monthly", "cron")


def mapping(rng, up, down, some_keys, inner=False):
    choices = ["identity", "all", "last", "specific"]
    if is_time(up) and is_time(down):
        choices += ["time_window"] * 8
        if inner:
            return rng.choice([time_window(rng), {"type": "identity"}, {"type": "all"}])
    elif rng.random() < 0.1 and not inner:
        choices.append("time_window")
    if up and down and up["type"] == "static" and down["type"] == "static":
        choices += ["static"] * 8
    if not inner and up and down:
        if "multi" in (up["type"], down["type"]):
            choices += ["multi_to_single"] * 2
        if up["type"] == down["type"] == "multi":
            choices += ["multi"] * 8
    kind = rng.choice(choices)
    if kind == "time_window":
        return time_window(rng)
    if kind == "static":
        return {"type": "static", "map": {k: rng.sample(down["keys"], rng.randrange(1, len(down["keys"]) + 1)) for k in rng.sample(up["keys"], rng.randrange(1, len(up["keys"]) + 1))}}
    if kind == "specific":
        keys = some_keys(up)
        return {"type": "specific", "keys": keys} if keys else {"type": "all"}
    if kind == "multi_to_single":
        side, other = (up, down) if up["type"] == "multi" else (down, up)
        # Dagster does not look at the name; here one that cannot be meant is refused
        fitting = [name for name, d in side["dimensions"].items() if d == other or is_time(d) and is_time(other)]
        return {"type": kind, "dimension": rng.choice(fitting)} if fitting else None
    if kind == "multi":
        ups, downs = list(up["dimensions"]), list(down["dimensions"])
        rng.shuffle(downs)
        pairs = list(zip(ups, downs))[: rng.choice([1, 2, 2])]
        return {"type": kind, "dimensions": {a: {"dimension": b, "mapping": mapping(rng, up["dimensions"][a], down["dimensions"][b], some_keys, True)} for a, b in pairs}}
    return {"type": kind}


def build(spec):
    if spec is None:
        return None
    kind = spec["type"]
    if kind == "static":
        return dg.StaticPartitionsDefinition(spec["keys"])
    if kind == "dynamic":
        return dg.DynamicPartitionsDefinition(name=spec["name"])
    if kind == "multi":
        return dg.MultiPartitionsDefinition({name: build(d) for name, d in spec["dimensions"].items()})
    moment = lambda name: dt.datetime.fromisoformat(spec[name]) if name in spec else None  # noqa: E731
    options = {"start": moment("start"), "end": moment("end"), "timezone": spec["timezone"], "end_offset": spec.get("end_offset", 0)}
    if "format" in spec:
        options["fmt"] = spec["format"]
    if kind == "cron":
        return dg.TimeWindowPartitionsDefinition(cron_schedule=spec["cron"], **{"fmt": "%Y-%m-%d-%H:%M", **options})
    options["start_date"], options["end_date"] = options.pop("start"), options.pop("end")
    options |= {k: spec[k] for k in ("minute_offset", "hour_offset", "day_offset") if k in spec}
    return getattr(dg, kind.capitalize() + "PartitionsDefinition")(**options)


def build_mapping(spec):
    if spec is None:
        return None
    kind = spec["type"]
    if kind == "time_window":
        return dg.TimeWindowPartitionMapping(spec["start_offset"], spec["end_offset"], spec["allow_nonexistent_upstream_partitions"])
    if kind == "static":
        return dg.StaticPartitionMapping({k: set(v) for k, v in spec["map"].items()})
    if kind == "specific":
        return dg.SpecificPartitionsPartitionMapping(spec["keys"])
    if kind == "multi_to_single":
        return dg.MultiToSingleDimensionPartitionMapping(spec["dimension"])
    if kind == "multi":
        return dg.MultiPartitionMapping({a: dg.DimensionPartitionMapping(d["dimension"], build_mapping(d["mapping"])) for a, d in spec["dimensions"].items()})
    return {"identity": dg.IdentityPartitionMapping, "all": dg.AllPartitionMapping, "last": dg.LastPartitionMapping}[kind]()


def nothing():
    pass


def asked(keys):
    """Of a long definition both ends, and some keys between."""
    return [key for i, key in enumerate(keys or []) if i < 30 or i >= len(keys) - 30 or i % 37 == 0]


class Case:
    def __init__(self, rng):
        self.rng = rng
        zone = rng.choice(ZONES)
        self.day = dt.datetime.fromisoformat(rng.choice(["2024-03-10", "2024-03-31", "2024-11-03", "2024-09-08", "2024-12-31", "2024-02-28"]))
        self.at = (self.day + dt.timedelta(minutes=rng.randrange(-1440, 5 * 1440))).replace(tzinfo=dt.timezone.utc)
        if rng.random() < 0.3:
            self.at = self.at.replace(hour=0, minute=0)
        self.instance = dg.DagsterInstance.ephemeral()
        for name, keys in DYNAMIC.items():
            self.instance.add_dynamic_partitions(name, keys)
        self.specs = {"up": definition(rng, zone, self.day, None)}
        if rng.random() < 0.03:
            zone = rng.choice(ZONES)
        self.specs["down"] = definition(rng, zone, self.day, self.specs["up"])
        self.definitions = {side: build(spec) for side, spec in self.specs.items()}
        self.mapping = mapping(rng, self.specs["up"], self.specs["down"], self.some) if rng.random() < 0.75 else None
        self.all = {side: self.keys(d) for side, d in self.definitions.items()}
        self.undefined = {"up": set(), "down": set()}

    def keys(self, definition):
        if definition is None:
            return None
        with partition_loading_context(effective_dt=self.at, dynamic_partitions_store=self.instance):
            return [str(k) for k in definition.get_partition_keys()]

    def some(self, spec):
        keys = self.keys(build(spec)) or []
        return sorted(self.rng.sample(keys, min(len(keys), self.rng.randrange(1, 4))))

    def write(self, side, keys):
        order = {k: i for i, k in enumerate(self.all[side])}
        self.undefined[side] |= {str(k) for k in keys} - set(order)
        names = sorted({str(k) for k in keys}, key=lambda k: (order.get(k, len(order)), k))
        result, i = [], 0
        while i < len(names):
            j = i
            while j + 1 < len(names) and names[j + 1] in order and names[j] in order and order[names[j + 1]] == order[names[j]] + 1:
                j += 1
            result += [f"{names[i]}..{names[j]}"] if j - i >= 20 else names[i : j + 1]
            i = j + 1
        return result

    def subsets(self, side):
        """Random subsets: sparse, dense, runs, one and all."""
        keys = self.all[side]
        for _ in range(3):
            shape = self.rng.random()
            if shape < 0.3:
                yield self.rng.sample(keys, min(len(keys), self.rng.choice([1, 1, 2, 4])))
            elif shape < 0.6:
                lo = self.rng.randrange(len(keys) + 1)
                yield keys[lo : lo + self.rng.choice([2, 5, 30])]
            elif shape < 0.8:
                chance = self.rng.choice([0.3, 0.9])
                yield [k for k in keys if self.rng.random() < chance]
            else:
                lo = self.rng.randrange(len(keys) + 1)
                yield keys[:lo] + keys[lo + 1 :]

    def strangers(self, spec):
        """Some keys, of which a definition does not have all."""
        if spec["type"] == "multi":
            return [f"{a}|{b}" for a in self.strangers(spec["dimensions"][min(spec["dimensions"])]) for b in self.strangers(spec["dimensions"][max(spec["dimensions"])])]
        return self.some(spec) if is_time(spec) else self.rng.sample(["a", "b", "c", "x", "eu", "zz", "2024-03-10"], 3)

    def value(self, side, subset):
        if self.definitions[side] is None:
            return not subset.is_empty
        return self.write(side, subset.expensively_compute_partition_keys())

    def subset(self, view, side, keys):
        definition = self.definitions[side]
        if isinstance(definition, dg.MultiPartitionsDefinition):
            keys = [definition.get_partition_key_from_str(k) for k in keys]
        return view.get_subset_from_partition_keys(dg.AssetKey(side), definition, set(keys))

    def view(self):
        assets = [
            dg.multi_asset(name="u", specs=[dg.AssetSpec("up", partitions_def=self.definitions["up"])])(nothing),
            dg.multi_asset(name="d", specs=[dg.AssetSpec("down", deps=[dg.AssetDep("up", partition_mapping=build_mapping(self.mapping))], partitions_def=self.definitions["down"])])(nothing),
        ]
        graph = dg.Definitions(assets=assets).resolve_asset_graph()
        return AssetGraphView(temporal_context=TemporalContext(effective_dt=self.at, last_event_id=None), instance=self.instance, asset_graph=graph)

    def answers(self):
        view = self.view()
        with partition_loading_context(effective_dt=self.at, dynamic_partitions_store=self.instance):
            for source, target, direction in (("down", "up", "up"), ("up", "down", "down")):
                full = view.get_full_subset(key=dg.AssetKey(source))
                moves = [["all", full]]
                if self.definitions[source] is not None:
                    sets = list(self.subsets(source))
                    # an undefined key makes Dagster's static mapping refuse what it is asked next
                    if not is_time(self.specs[source]) and '"static"' not in json.dumps(self.mapping) and self.rng.random() < 0.5:
                        sets.append(sets[0] + [k for k in self.strangers(self.specs[source]) if k not in sets[0]])
                    moves += [[self.write(source, keys), self.subset(view, source, keys)] for keys in sets]
                for name, subset in moves:
                    mapped = view.compute_mapped_subset(dg.AssetKey(target), subset, direction=direction)
                    answer = {"direction": direction, "from": name, "to": self.value(target, mapped)}
                    if isinstance(mapped.get_internal_value(), AllPartitionsSubset):
                        answer["all"] = True
                    yield answer

    def lacking(self):
        """The downstream keys whose required_but_nonexistent_subset is not empty."""
        if any(d is None for d in self.definitions.values()):
            return
        view = self.view()
        with partition_loading_context(effective_dt=self.at, dynamic_partitions_store=self.instance):
            for key in asked(self.all["down"]):
                subset = self.subset(view, "down", [key])
                if not subset.is_empty:  # as it is where no window is a partition yet
                    _, required = view.compute_parent_subset_and_required_but_nonexistent_subset(dg.AssetKey("up"), subset)
                    if not required.is_empty:
                        yield key

    def latest(self):
        assets = [dg.multi_asset(name="u", specs=[dg.AssetSpec("up", partitions_def=self.definitions["up"])])(nothing)]
        view = AssetGraphView(temporal_context=TemporalContext(effective_dt=self.at, last_event_id=None), instance=self.instance, asset_graph=dg.Definitions(assets=assets).resolve_asset_graph())
        for seconds in (0, self.rng.choice([3600, 7200, 90000, 86399, 86400, 864000])):
            with partition_loading_context(effective_dt=self.at, dynamic_partitions_store=self.instance):
                yield {"lookback": seconds, "to": self.value("up", view.compute_latest_time_window_subset(dg.AssetKey("up"), dt.timedelta(seconds=seconds)))}

    def record(self):
        line = {"at": self.at.isoformat().replace("+00:00", "Z"), **self.specs, "mapping": self.mapping, "count": {s: None if k is None else len(k) for s, k in self.all.items()}}
        line["latest"] = list(self.latest())
        try:
            line["answers"] = list(self.answers())
            line["lacking"] = list(self.lacking())
        except Exception as e:  # noqa: BLE001
            line["error"] = type(e).__name__
        line["undefined"] = {side: sorted(keys) for side, keys in self.undefined.items()}
        self.instance.dispose()
        return line


def ends_early(definition, at):
    """Whether the end is before that of the first window: of these Dagster lists a key that it
    says does not exist."""
    if isinstance(definition, dg.MultiPartitionsDefinition):
        return any(ends_early(d.partitions_def, at) for d in definition.partitions_defs)
    if not isinstance(definition, dg.TimeWindowPartitionsDefinition):
        return False
    with partition_loading_context(effective_dt=at):
        first, last = definition.get_first_partition_window(), definition.get_last_partition_window()
        return first is not None and last.start < first.start


def main(count):
    rng = random.Random(1)
    while count:
        try:
            case = Case(rng)
        except dg.DagsterInvalidDefinitionError:
            continue  # a key that parts dimensions
        if any(k is not None and len(k) > 4000 for k in case.all.values()):
            continue
        if any(ends_early(d, case.at) for d in case.definitions.values()):
            continue
        print(json.dumps(case.record()))
        count -= 1


main(int(sys.argv[1]))
