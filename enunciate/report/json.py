"""The assessment as JSON, and the JSON Schema (draft 2020-12) that describes it.

The schema is the file assessment-1.schema.json beside this module; `Assessment.as_dict` makes the object.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from enunciate.assessment import Assessment


def dumps(assessment: Assessment, *, lines: bool = False) -> str:
    """One JSON object, indented, or with `lines` on one line for JSON Lines.

    It is plain ASCII, so that it comes through any pipe, and holds no NaN.
    """
    return json.dumps(assessment.as_dict(), indent=None if lines else 2, allow_nan=False)


def schema_text() -> str:
    """The JSON Schema of `dumps` as it is published."""
    return resources.files("enunciate.report").joinpath("assessment-1.schema.json").read_text("utf-8")


def schema() -> dict[str, Any]:
    """The JSON Schema as an object.

    >>> schema()["properties"]["schema"]
    {'const': 'enunciate.assessment/1'}
    """
    described: dict[str, Any] = json.loads(schema_text())
    return described
