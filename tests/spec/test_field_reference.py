"""A field of the language is described as its schema describes it."""

import pytest

from compiler.foundation.resources import type_schemas
from compiler.spec.field_reference import field_keys, field_reference


def test_a_field_has_its_description_and_the_form_of_its_values() -> None:
    field = field_reference(("sla", "availability"))
    assert field is not None
    assert (field.field, field.expected, field.types) == ("sla.availability", "a percentage such as 99.9%", ())
    assert field.description.startswith("The share of requests")


def test_a_map_lists_its_keys() -> None:
    field = field_reference(("deploy", "scaling"))
    assert field is not None
    assert {"min", "max"} <= set(field.keys)
    assert all(field.keys.values()), "each key has a description"


def test_a_word_of_a_list_has_choices() -> None:
    field = field_reference(("lifecycle",))
    assert field is not None
    assert "production" in field.choices
    assert "None" not in field.choices


def test_a_field_of_some_types_names_them() -> None:
    field = field_reference(("source", "format"))
    assert field is not None
    assert "ml" in field.types
    assert len(field.types) < len(type_schemas())


def test_elements_of_lists_and_values_of_maps_are_fields() -> None:
    first, sixth = (field_reference(("approvals", index, "team")) for index in (0, 5))
    assert first is not None
    assert sixth is not None
    assert (first.description, first.expected) == (sixth.description, sixth.expected)
    assert field_reference(("releases", "1.0.0", "date")) is not None
    assert field_reference(("environments", "prod", "deploy", "scaling", "min")) is not None


@pytest.mark.parametrize("pointer", [(), ("nothing",), ("sla", "nothing"), ("name", "nothing"), ("sla", 0)])
def test_what_the_language_does_not_know_is_no_field(pointer) -> None:
    assert field_reference(pointer) is None


def test_keys_below_a_pointer_are_those_of_all_types() -> None:
    assert {"format", "engine", "provider"} <= set(field_keys(("source",)))
    assert field_keys(("name",)) == ()
