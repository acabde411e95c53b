"""OpenAPI of the routes, held against a snapshot, against the table of errors, and against itself."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from asgi import application

import paywright
from paywright import AsyncPaywright, Paywright
from paywright._codes import CODES
from paywright.fastapi import Problem, models

SNAPSHOT = Path(__file__).parent / "openapi.txt"


def described(pay: Paywright) -> dict[str, Any]:
    return application(AsyncPaywright(pay), prefix="/payments").openapi()


def operations(openapi: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def name_of(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[-1])
    return " | ".join(name_of(one) for one in schema["anyOf"]) if "anyOf" in schema else str(schema.get("type", "?"))


def summary(openapi: dict[str, Any]) -> str:
    """Paths, what they take, what they answer with: one line for each fact, in the order of the document."""
    lines: list[str] = []
    for path, method, operation in operations(openapi):
        lines.append(f"{method} {path}  {operation['operationId']}: {operation['summary']}")
        for parameter in operation.get("parameters", ()):
            lines.append(f"    {parameter['in']} {parameter['name']}: {name_of(parameter['schema'])}")
        for kind, content in operation.get("requestBody", {}).get("content", {}).items():
            lines.append(f"    body {kind}: {name_of(content['schema'])}")
        for status, answer in operation["responses"].items():
            [content] = answer.get("content", {"": {"schema": {}}}).values()
            codes = content["schema"].get("properties", {}).get("code", {}).get("enum", [])
            lines.append(f"    {status} {name_of(content['schema'])} {' '.join(codes)}".rstrip())
    for name, schema in sorted(openapi["components"]["schemas"].items()):
        lines.append(f"{name}: {' '.join(schema.get('properties', {})) or schema.get('enum')}")
    return "\n".join(lines) + "\n"


def test_the_snapshot(pay: Paywright) -> None:
    """Protects: clients that were generated from the document; a change of it is seen in review, code by code."""
    found = summary(described(pay))
    if not SNAPSHOT.exists():
        SNAPSHOT.write_text(found)
    assert found == SNAPSHOT.read_text(), f"delete {SNAPSHOT.name} and run again, if the change is meant"


def test_operation_ids_are_stable_and_unique(pay: Paywright) -> None:
    """Protects: names of generated functions, which follow from the operation ids."""
    ids = [operation["operationId"] for _, _, operation in operations(described(pay))]
    assert len(ids) == len(set(ids)) and all(one.startswith("payments_") for one in ids)
    assert ids == [operation["operationId"] for _, _, operation in operations(described(pay))]


def test_every_refusal_is_described_as_the_table_says(pay: Paywright) -> None:
    """Protects: statuses and sentences of the document are those of the engine, each with an example that fits its schema."""
    for path, method, operation in operations(described(pay)):
        answers = {status: answer for status, answer in operation["responses"].items() if "XX" not in status and int(status) >= 400}
        for status, answer in answers.items():
            content = answer["content"]["application/json"]
            assert content["schema"]["$ref"] == "#/components/schemas/Problem"
            assert set(content["schema"]["properties"]["code"]["enum"]) == set(content["examples"])
            for code, example in content["examples"].items():
                problem = Problem.model_validate(example["value"])
                assert problem.code == code
                row = CODES.get(code)
                if (code, status) not in (("forbidden_action", "403"), ("too_large", "413")):
                    assert row is not None and row.http_status == int(status), (path, method, code)
        if "callback" not in path:
            assert "422" not in operation["responses"] and {"503", "500"} <= set(answers)


def test_the_document_is_whole(pay: Paywright) -> None:
    """Protects: no reference leads nowhere, and the document is plain JSON."""
    openapi = described(pay)
    text = json.dumps(openapi)
    for reference in set(text.split('"$ref": "')[1:]):
        name = reference.split('"')[0].removeprefix("#/components/schemas/")
        assert name in openapi["components"]["schemas"], name
    assert openapi["openapi"].startswith("3.1")


def test_models_read_the_engines_records(pay: Paywright) -> None:
    """Protects: each model has exactly the fields of its record, and its JSON has amounts as text."""
    order = pay.create_order(currency="JPY", amount="100", customer="A")
    payment = pay.create_payment(order.id, method="card")
    for model, record in ((models.Order, order), (models.Payment, payment), (models.VerifyReport, pay.verify())):
        read = model.model_validate(record)
        assert read.model_dump(mode="json").keys() == record.to_dict().keys()
    as_json = models.Payment.model_validate(payment).model_dump(mode="json")
    assert as_json["amount"] == "100" and as_json["created_at"].endswith("Z") and as_json["action"]["kind"] == "redirect"
    for name in models.__all__:
        if name != "Record":
            fields = set(getattr(models, name).model_fields)
            record_type = getattr(paywright, name)
            assert fields <= set(dir(record_type)), name
