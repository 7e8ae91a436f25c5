"""What a value in another spelling, unit or type is corrected to, and where several readings are possible."""

import pytest

from compiler.json_schema.corrections.cron_texts import cron
from compiler.json_schema.corrections.identifier_texts import day, digest, name, release, version
from compiler.json_schema.corrections.record_texts import _COMMON_LICENSES, country, email, license_expression
from compiler.json_schema.corrections.unit_texts import cpu, duration, memory, percentage
from compiler.json_schema.corrections.uri_texts import artifact_uri, uri
from compiler.json_schema.text_formats import canonical_license
from compiler.json_schema.validator import Validator

HEX = "0123456789abcdef" * 4

CERTAIN = [
    (duration, "250 ms", "250ms"),
    (duration, "250 milliseconds", "250ms"),
    (duration, "30 days", "30d"),
    (duration, "5 min", "5m"),
    (duration, "1,5s", "1.5s"),
    (duration, "PT1H30M", "1h30m"),
    (percentage, "99.5", "99.5%"),
    (percentage, "0.995", "99.5%"),
    (percentage, "99,5 %", "99.5%"),
    (percentage, "99.5 percent", "99.5%"),
    (cpu, "500 m", "500m"),
    (cpu, "2 cores", 2),
    (cpu, "1.5 vCPU", 1.5),
    (memory, "1GiB", "1Gi"),
    (memory, "1 gi", "1Gi"),
    (memory, "536870912", "512Mi"),
    (memory, "1000000000", "1G"),
    (cron, "@weekly", "0 0 * * 0"),
    (cron, "0 0 3 * * 1", "0 3 * * 1"),
    (cron, "0 0 3 ? * MON", "0 3 * * MON"),
    (digest, HEX, f"sha256:{HEX}"),
    (digest, f"SHA256:{HEX.upper()}", f"sha256:{HEX}"),
    (digest, f"sha256-{HEX}", f"sha256:{HEX}"),
    (license_expression, "mit", "MIT"),
    (license_expression, "apache-2.0 or mit", "Apache-2.0 OR MIT"),
    (country, "uk", "GB"),
    (country, "ch", "CH"),
    (version, "1.10", "1.10.0"),
    (version, "v0.1.0", "0.1.0"),
    (version, "1", "1.0.0"),
    (version, "1.0-rc1", "1.0.0-rc1"),
    (day, "2026/10/01", "2026-10-01"),
    (day, "01.10.2026", "2026-10-01"),
    (day, "10/31/2026", "2026-10-31"),
    (day, "20261001", "2026-10-01"),
    (day, "2026-10-01T00:00:00Z", "2026-10-01"),
]
UNCERTAIN = [
    (duration, "250", None),
    (duration, "5M", None),
    (duration, "6 months", "180d"),
    (duration, "10y", "3650d"),
    (percentage, "1", None),
    (percentage, "0.5", None),
    (memory, "1GB", None),
    (memory, "512", None),
    (cron, "30 0 3 * * 1", "0 3 * * 1"),
    (cron, "0 3 * *", None),
    (digest, HEX[:40], None),
    (digest, HEX[:56], None),
    (digest, "latest", None),
    (version, "1.2.3.4", None),
    (release, "v1.20", "1.20.0"),
    (release, "latest", None),
    (version, "latest", None),
    (name, "Churn_Model", "churn-model"),
    (name, "churnModel", "churn-model"),
    (uri, "S3://models/churn/", "s3://models/churn/"),
    (uri, "s3:/models/churn/", "s3://models/churn/"),
    (uri, "s3://models/churn v2/", "s3://models/churn%20v2/"),
    (uri, "models.example.com/churn", "https://models.example.com/churn"),
    (artifact_uri, "S3://models/churn/", "s3://models/churn/"),
    (artifact_uri, "./model.onnx", None),
    (artifact_uri, "/data/model.pkl", None),
    (artifact_uri, r"C:\models\model.pkl", None),
    (artifact_uri, "~/model.pkl", None),
    (artifact_uri, "churn.onnx", None),
    (license_expression, "Apache2", "Apache-2.0"),
    (license_expression, "GPLv3", "GPL-3.0-only"),
    (license_expression, "MIT License", "MIT"),
    (license_expression, "Apach-2.0", "Apache-2.0"),
    (license_expression, "unknown", None),
    (license_expression, "llama3.1", "LicenseRef-llama3.1"),
    (license_expression, "MIT AND (GPL-2.0-only WITH Classpath-exception-2.0", None),
    (license_expression, "LicenseRef-Meta Llama", "LicenseRef-Meta-Llama"),
    (country, "CHE", None),
    (country, "Switzerland", "CH"),
    (country, "EU", None),
    (email, "Risk <risk@bank.example>", "risk@bank.example"),
    (day, "10/01/2026", None),
    (day, "2026-02-30", None),
]
UNKNOWN = [(duration, "fast"), (percentage, "high"), (percentage, "950"), (cpu, "500mm"), (memory, "1 box"),
           (cron, "every Monday"), (name, "a.b@shop.example"), (email, "nobody"),
           (uri, "./file"), (uri, "localhost:8080/x"), (day, "1 October 2026")]  # fmt: skip


@pytest.mark.parametrize(("correct", "written", "meant"), CERTAIN)
def test_one_reading_is_certain(correct, written, meant):
    correction = correct(written)
    assert (correction.value, correction.is_certain) == (meant, True)


@pytest.mark.parametrize(("correct", "written", "meant"), UNCERTAIN)
def test_several_readings_are_advice(correct, written, meant):
    correction = correct(written)
    assert (correction.value, correction.is_certain) == (meant, False)
    assert correction.help


@pytest.mark.parametrize(("correct", "written"), UNKNOWN)
def test_no_reading_is_no_correction(correct, written):
    assert correct(written) is None


@pytest.mark.parametrize(
    ("schema", "value", "replacement"),
    [
        ({"type": "string"}, 1.5, "1.5"),
        ({"type": "boolean"}, "yes", True),
        ({"type": "boolean"}, "Off", False),
        ({"type": "integer"}, "3", 3),
        ({"type": "integer"}, "three", 3),
        ({"type": "integer"}, "3.5", None),
        ({"type": "integer", "minimum": 5}, "3", None),
        ({"type": "array", "items": {"type": "string"}}, "a", ["a"]),
        ({"type": "array", "items": {"type": "integer"}}, "a", None),
        ({"type": "string"}, ["a"], "a"),
        ({"type": "object", "additionalProperties": {"type": "object"}}, ["a", "a"], None),
        ({"type": "object", "properties": {"a": {}, "b": {}}}, [{"a": 1}, {"b": 2}], {"a": 1, "b": 2}),
        ({"enum": ["a-b", "c"]}, "A_B", "a-b"),
    ],
)
def test_a_replacement_is_what_the_schema_accepts(schema, value, replacement):
    (violation,) = Validator(schema).violations(value)
    assert violation.replacement == replacement
    assert violation.is_certain == (replacement is not None)


def test_names_in_a_list_become_keys_only_on_advice():
    schema = {"type": "object", "additionalProperties": {"type": "object"}}
    (violation,) = Validator(schema).violations(["a", "b"])
    assert (violation.replacement, violation.is_certain) == ({"a": {}, "b": {}}, False)


def test_a_map_becomes_the_list_of_its_entries():
    element = {"properties": {"name": {}, "value": {"type": "string"}}, "required": ["name", "value"], "type": "object"}
    (violation,) = Validator({"type": "array", "items": element}).violations({"LOG_LEVEL": "info"})
    assert violation.replacement == [{"name": "LOG_LEVEL", "value": "info"}]


def test_a_key_is_renamed_only_where_its_value_is_valid_under_the_other_name():
    schema = {"type": "object", "properties": {"owner": {"type": "string"}}, "additionalProperties": False}
    (renamed,) = Validator(schema).violations({"Owner": "risk"})
    (kept,) = Validator(schema).violations({"Owner": 5})
    assert (renamed.replacement, renamed.is_certain) == ("owner", True)
    assert kept.replacement is None
    assert kept.help == "did you mean `owner`?"


@pytest.mark.parametrize("identifier", _COMMON_LICENSES)
def test_a_license_that_is_suggested_is_on_the_list_of_spdx(identifier):
    assert canonical_license(identifier) == identifier
