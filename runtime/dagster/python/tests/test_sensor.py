"""What auto_sensor makes of requests, in one process and with an auto that the tests play."""

import json
import os
import unittest
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Optional
from unittest import mock

import dagster as dg
from dagster._core.test_utils import instance_for_test

from auto_dagster.sensor import auto_sensor

daily = dg.DailyPartitionsDefinition("2026-01-01")
customers = dg.DynamicPartitionsDefinition(name="customers")


@dg.asset(config_schema={"rows": int})
def plain(context: dg.AssetExecutionContext) -> None: ...


@dg.asset(key_prefix="mart")
def kpi() -> None: ...


@dg.asset(partitions_def=daily)
def day() -> None: ...


@dg.asset(partitions_def=dg.HourlyPartitionsDefinition("2026-01-01-00:00"))
def hour() -> None: ...


@dg.asset(partitions_def=dg.MultiPartitionsDefinition({"customer": customers, "date": daily}))
def orders() -> None: ...


@dg.asset_check(asset=day)
def fresh() -> dg.AssetCheckResult:
    return dg.AssetCheckResult(passed=True)


@dg.multi_asset(specs=[dg.AssetSpec("left"), dg.AssetSpec("right")])
def pair(): ...


@dg.asset(automation_condition=dg.AutomationCondition.eager())
def eager() -> None: ...


@dg.observable_source_asset
def watched() -> dg.DataVersion:
    return dg.DataVersion("1")


days = dg.define_asset_job("days", selection=["day"])
driver = dg.AutomationConditionSensorDefinition(
    "driver", target=["eager"], default_status=dg.DefaultSensorStatus.RUNNING
)


class Auto:
    """An auto that offers what a test gives it, until it is told the outcome."""

    def __init__(self) -> None:
        self.offers: list[Mapping[str, Any]] = []
        self.calls: list[Mapping[str, Any]] = []
        self.tokens: list[Optional[str]] = []
        self.answer: Optional[tuple] = None
        auto = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: Any) -> None: ...

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                auto.calls.append({"path": self.path, **body})
                auto.tokens.append(self.headers["Authorization"])
                told = {*body["done"], *(r["id"] for r in body["refused"])}
                auto.offers = [offer for offer in auto.offers if offer["id"] not in told]
                offered = {"requests": auto.offers[: body["limit"]], "waiting": len(auto.offers)}
                code, text = auto.answer or (200, json.dumps(offered))
                self.send_response(code)
                self.send_header("Content-Length", str(len(text)))
                self.send_header("Location", "/elsewhere")
                self.end_headers()
                self.wfile.write(text.encode())

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def told(self, what: str) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for call in self.calls:
            for one in call[what]:
                told[one if isinstance(one, str) else one["id"]] = one
        return told


def request(selection: Sequence[str], **more: Any) -> dict[str, Any]:
    return {"id": "r", "times": 1, "selection": selection, "run_config": {}, **more}


class SensorTest(unittest.TestCase):
    instance: dg.DagsterInstance

    @classmethod
    def setUpClass(cls) -> None:
        instance = instance_for_test()
        cls.instance = instance.__enter__()
        cls.addClassCleanup(instance.__exit__, None, None, None)

    def setUp(self) -> None:
        self.auto = Auto()
        self.addCleanup(self.auto.server.server_close)
        self.addCleanup(self.auto.server.shutdown)

    def tick(
        self, *requests: Mapping[str, Any], sensors: Sequence[Any] = (), **options: Any
    ) -> Any:
        """Evaluates the sensor once."""
        sensor = auto_sensor(**{"url": self.auto.url, **options})
        definitions = dg.Definitions(
            assets=[plain, kpi, day, hour, orders, pair, eager, watched, dg.AssetSpec("external")],
            asset_checks=[fresh],
            jobs=[days],
            sensors=[sensor, *sensors],
        )
        self.auto.offers, self.auto.calls = list(requests), []
        context = dg.build_sensor_context(
            instance=self.instance,
            instance_ref=self.instance.get_ref(),
            definitions=definitions,
            sensor_name=sensor.name,
            repository_name="__repository__",
        )
        with context:
            return (
                definitions.get_repository_def().get_sensor_def(sensor.name).evaluate_tick(context)
            )

    def one(self, asked: Mapping[str, Any], **options: Any) -> dg.RunRequest:
        runs = self.tick(asked, **options).run_requests
        self.assertEqual(len(runs), 1, self.auto.calls)
        return runs[0]

    def test_run_requests(self) -> None:
        """The run is as the request says."""
        rows = {"ops": {"plain": {"config": {"rows": 1}}}}
        for asked, job, partition, checks in [
            (request(["plain"], run_config=rows), "__ASSET_JOB", None, []),
            (request(["mart/kpi"]), "__ASSET_JOB", None, []),
            (request(["left", "right"]), "__ASSET_JOB", None, []),
            (request(["day"], partition="2026-01-02"), "__ASSET_JOB", "2026-01-02", ["fresh"]),
            (
                request(["day", "mart/kpi"], partition="2026-01-02"),
                "__ASSET_JOB",
                "2026-01-02",
                ["fresh"],
            ),
            (request([], checks=["day:fresh"]), "__ASSET_JOB", None, ["fresh"]),
            (
                request(
                    ["day"],
                    tags={
                        "dagster/asset_partition_range_start": "2026-01-01",
                        "dagster/asset_partition_range_end": "2026-01-03",
                    },
                ),
                "__ASSET_JOB",
                None,
                ["fresh"],
            ),
            (request(["watched"]), "__ASSET_JOB", None, []),
            (request(["eager"]), "__ASSET_JOB", None, []),
        ]:
            with self.subTest(asked=asked):
                got = self.one({**asked, "tags": {**asked.get("tags", {}), "team": "x"}})
                self.assertEqual(
                    (got.run_key, got.job_name, got.run_config), ("r", job, asked["run_config"])
                )
                self.assertEqual(
                    [key.to_user_string() for key in got.asset_selection or []], asked["selection"]
                )
                self.assertEqual([check.name for check in got.asset_check_keys or []], checks)
                self.assertEqual(
                    (got.tags.get("dagster/partition"), got.tags["team"]), (partition, "x")
                )

    def test_dynamic_partitions(self) -> None:
        """Keys are added first, each once; without them the partition is not there."""
        asked = request(["orders"], partition="new|2026-01-02")
        self.tick(asked)
        self.assertIn("has no partition `new|2026-01-02`", self.auto.told("refused")["r"]["reason"])
        added = {"customers": ["new", "newer"]}
        result = self.tick(
            {**asked, "add_partitions": added}, {**asked, "id": "s", "add_partitions": added}
        )
        self.assertEqual(
            [run.tags["dagster/partition/customer"] for run in result.run_requests], ["new", "new"]
        )
        self.assertEqual(
            result.dynamic_partitions_requests,
            [dg.AddDynamicPartitionsRequest("customers", ["new", "newer"])],
        )

    def test_jobs(self) -> None:
        """A request with a job runs in it, any other in the implicit one."""
        asked = request(["day"], partition="2026-01-02")
        self.assertEqual(self.one({**asked, "job": "days"}, jobs=[days]).job_name, "days")
        self.assertEqual(self.one(asked, jobs=[days]).job_name, "__ASSET_JOB")

    def test_refused(self) -> None:
        """What Dagster would not take, or not run as it is meant, is told with the reason."""
        for asked, part, elsewhere in [
            (request(["none"]), "has no asset `none`", True),
            (request(["mart/kpi", "none"]), "has no asset `none`", True),
            (request(["external"]), "it is an external asset", False),
            (request([]), "selects nothing", False),
            (request(["plain"]), "Missing required config entry", False),
            (
                request(["plain"], run_config={"ops": {"plain": {"config": {"rows": "many"}}}}),
                "Invalid scalar",
                False,
            ),
            (
                request(["mart/kpi"], run_config={"ops": {"plain": {"config": {"rows": 1}}}}),
                "the op `plain`",
                False,
            ),
            (request(["left"]), "does not support subsetting", False),
            (request(["day"]), "Give the run a `partition`", False),
            (request(["day"], partition="2025-01-01"), "has no partition `2025-01-01`", False),
            (request(["day"], partition="soon"), "has no partition `soon`", False),
            (request(["orders"], partition="2026-01-01"), "has no partition", False),
            (request(["day", "hour"], partition="2026-01-01"), "`hour` has no partition", False),
            (
                request(
                    ["day"],
                    tags={
                        "dagster/asset_partition_range_start": "2025-01-01",
                        "dagster/asset_partition_range_end": "2026-01-03",
                    },
                ),
                "has no partition `2025-01-01`",
                False,
            ),
            (request(["mart/kpi"], partition="2026-01-01"), "nothing in it has partitions", False),
            (request([], checks=["day:old"]), "has no check `day:old`", False),
            (request([], checks=["none:old"]), "has no asset `none`", True),
            (request(["mart/kpi"], job="days"), "Write it into `jobs`", False),
        ]:
            with self.subTest(asked=asked):
                result = self.tick(asked)
                self.assertEqual(result.run_requests, [])
                told = self.auto.told("refused")["r"]
                self.assertIn(part, told["reason"])
                self.assertEqual(told.get("elsewhere", False), elsewhere)
                self.assertIn(told["reason"], result.skip_message)

    def test_refused_by_job(self) -> None:
        self.tick(request(["mart/kpi"], job="days"), jobs=[days])
        self.assertIn(
            "The job `days` does not select `mart/kpi`", self.auto.told("refused")["r"]["reason"]
        )

    def test_target(self) -> None:
        """What the sensor does not target is not its own."""
        self.tick(request(["day"], partition="2026-01-02"), target=["mart/kpi"])
        self.assertIn("does not target `day`", self.auto.told("refused")["r"]["reason"])
        self.assertEqual(len(self.tick(request(["mart/kpi"]), target=["mart/kpi"]).run_requests), 1)

    def test_driven(self) -> None:
        """What a running sensor of Dagster drives is not launched a second time."""
        self.tick(request(["eager"]), sensors=[driver])
        self.assertIn(
            "Dagster's own sensor `driver` is running", self.auto.told("refused")["r"]["reason"]
        )
        self.assertEqual(len(self.tick(request(["mart/kpi"]), sensors=[driver]).run_requests), 1)

    def test_one_refused_of_many(self) -> None:
        """What one request lacks is no matter of the others."""
        result = self.tick(
            *({**request(["mart/kpi"]), "id": str(n)} for n in range(3)),
            {**request(["none"]), "id": "bad"},
        )
        self.assertEqual([run.run_key for run in result.run_requests], ["0", "1", "2"])
        self.assertEqual(list(self.auto.told("refused")), ["bad"])

    def test_has_run(self) -> None:
        """A request that has a run is done, whatever made the run."""
        for status, tags in [
            ("STARTED", {}),
            ("FAILURE", {"dagster/sensor_name": "auto"}),
            ("SUCCESS", {"dagster/sensor_name": "other"}),
        ]:
            with self.subTest(status=status):
                run = self.run_of(status, tags)
                self.assertEqual(self.tick(request(["mart/kpi"])).run_requests, [])
                self.assertEqual(list(self.auto.told("done")), ["r"])
                self.instance.delete_run(run.run_id)

    def test_not_started(self) -> None:
        """A run that was made and not started is started by Dagster, where it is of this sensor."""
        run = self.run_of("NOT_STARTED", {"dagster/sensor_name": "auto"})
        self.assertEqual(len(self.tick(request(["mart/kpi"])).run_requests), 1)
        self.instance.delete_run(run.run_id)
        run = self.run_of("NOT_STARTED", {"dagster/sensor_name": "other"})
        self.tick(request(["mart/kpi"]))
        self.assertIn(run.run_id, self.auto.told("refused")["r"]["reason"])
        self.instance.delete_run(run.run_id)

    def run_of(self, status: str, tags: Mapping[str, str]) -> dg.DagsterRun:
        from dagster._core.test_utils import create_run_for_test

        return create_run_for_test(
            self.instance, tags={"auto/request": "r", **tags}, status=dg.DagsterRunStatus(status)
        )

    def test_often(self) -> None:
        """What came often comes last, one a tick and each in turn."""
        often = [{**request(["mart/kpi"]), "id": name} for name in "abc"]
        seen = set()
        for times in range(4, 7):
            result = self.tick(
                *({**one, "times": times} for one in often),
                {**request(["mart/kpi"]), "id": "new", "times": 3},
            )
            keys = [run.run_key for run in result.run_requests]
            self.assertEqual((len(keys), keys[0]), (2, "new"))
            seen.add(keys[1])
        self.assertEqual(seen, {"a", "b", "c"})

    def test_who(self) -> None:
        """auto is told who asks, and all calls of a tick are of one."""
        self.tick(
            request(["none"]), name="mine", token="secret", limit=7, minimum_interval_seconds=60
        )
        sensor = {
            "instance": self.instance.run_storage.get_run_storage_id(),
            "location": "__repository__",
            "repository": "__repository__",
            "name": "mine",
            "every": 60,
        }
        self.assertEqual(
            [(call["path"], call["sensor"], call["limit"]) for call in self.auto.calls],
            [("/v1/pull", sensor, 7)] * 2,
        )
        self.assertEqual(len({call["tick"] for call in self.auto.calls}), 1)
        self.assertEqual(self.auto.tokens, ["Bearer secret"] * 2)

    def test_deaf(self) -> None:
        """An auto that offers again what it was told is not asked without end."""
        with mock.patch.object(
            self.auto, "answer", (200, json.dumps({"requests": [request(["none"])], "waiting": 1}))
        ):
            self.tick()
        self.assertEqual(len(self.auto.calls), 2)

    def test_environment(self) -> None:
        with mock.patch.dict(os.environ, {"AUTO_URL": self.auto.url + "/", "AUTO_TOKEN": "secret"}):
            self.tick(
                request(["mart/kpi"]), url=dg.EnvVar("AUTO_URL"), token=dg.EnvVar("AUTO_TOKEN")
            )
        self.assertEqual(self.auto.tokens, ["Bearer secret"])
        self.assertIn("AUTO_NONE is not set", self.tick(url=dg.EnvVar("AUTO_NONE")).skip_message)

    def test_unanswered(self) -> None:
        """That auto does not answer well is told, and is no failure."""
        problem = json.dumps(
            {"problems": [{"message": "The sensor x pulls already.", "help": "Stop one."}]}
        )
        for code, text, part in [
            (409, problem, "answered 409: The sensor x pulls already. Stop one."),
            (401, "no", "answered 401"),
            (503, "{}", "answered 503"),
            (500, '{"problems":3}', "answered 500"),
            (307, "", "answered 307"),
            (200, "<html>", "did not answer in JSON"),
            (200, "[]", "did not answer as expected"),
        ]:
            with (
                self.subTest(code=code, text=text),
                mock.patch.object(self.auto, "answer", (code, text)),
            ):
                result = self.tick(request(["mart/kpi"]))
                self.assertIn(part, result.skip_message)
                self.assertEqual(result.run_requests, [])
        for url in ["http://127.0.0.1:1", "nonsense", "http://no-such-host.invalid"]:
            with self.subTest(url=url):
                self.assertIn(f"auto at {url}", self.tick(url=url).skip_message)
