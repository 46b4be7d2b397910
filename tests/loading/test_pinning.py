"""What runs are pinned to can be kept as JSON, and made into the same again."""

import json
from dataclasses import replace

import pytest

import tests.shipped
from server import loading
from server.loading import bundles
from tests.loading.patching import MINIMAL, blended, copy_of_minimal


@pytest.fixture
def shipped():
    return tests.shipped.definitions()


@pytest.fixture(scope="module")
def minimal():
    return loading.load([MINIMAL]).definitions


def kept(bundle):
    """The bundle after a database that sorts the keys of its JSON."""
    return json.loads(json.dumps(bundle, sort_keys=True))


def test_every_shipped_procedure_is_the_same_after_it_was_kept(shipped):
    for key, bundle in shipped.bundles.items():
        book = loading.rebuild(kept(bundle), shipped.entities)

        assert book.hash == shipped.hashes[key]
        assert book.procedure == shipped.procedures[key]
        assert list(book.procedure.lanes) == list(shipped.procedures[key].lanes)
        assert {form: shipped.forms[form] for form in book.forms} == dict(book.forms)
        for name, decision in book.decisions.items():
            # settings no longer know the line they were written on
            served = shipped.decisions[name]
            assert replace(decision, settings={}) == replace(served, settings={})
            assert {item.key: item.value for item in decision.settings.values()} == {
                item.key: item.value for item in served.settings.values()
            }


def test_a_book_holds_what_its_procedure_uses_and_nothing_else(minimal):
    book = loading.rebuild(minimal.bundles["case-review"], minimal.entities)

    assert book.decisions.keys() == {"case-verdict"}
    assert book.forms.keys() == {"case-judgement"}
    assert book.notifications.keys() == {"case-decided"}


def test_a_change_elsewhere_does_not_change_the_hash(tmp_path, minimal):
    folder = copy_of_minimal(tmp_path)
    note = folder / "forms" / "note.yaml"
    note.write_text(note.read_text().replace("What was said", "What was told"))

    changed = loading.load([folder]).definitions

    assert changed.hashes["case-review"] == minimal.hashes["case-review"]
    assert changed.hashes["case-registration"] != minimal.hashes["case-registration"]


def test_the_order_of_lanes_and_buttons_is_part_of_what_is_pinned(tmp_path, minimal):
    folder = copy_of_minimal(tmp_path)
    file = folder / "procedures" / "case-management" / "case-review.yaml"
    file.write_text(
        file.read_text().replace("accept: tell, reject: tell", "reject: tell, accept: tell")
    )

    changed = loading.load([folder]).definitions

    assert changed.hashes["case-review"] != minimal.hashes["case-review"]
    again = loading.rebuild(kept(changed.bundles["case-review"]), changed.entities)
    assert list(again.procedure.step("verdict").outcomes) == ["reject", "accept"]


def test_entities_are_those_of_today(minimal):
    case = minimal.entities["case"]
    renamed = replace(case, title="File")

    book = loading.rebuild(minimal.bundles["case-review"], minimal.entities | {"case": renamed})

    assert book.hash == minimal.hashes["case-review"]


def test_a_field_that_is_gone_is_told_in_a_sentence(minimal):
    case = minimal.entities["case"]
    without = {key: field for key, field in case.fields.items() if key != "owner"}
    entities = minimal.entities | {"case": replace(case, fields=without)}

    with pytest.raises(loading.NoLongerFits, match=r"'case-review' no longer fits.*'owner'"):
        loading.rebuild(minimal.bundles["case-review"], entities)


def test_the_generation_says_whether_anything_differs(tmp_path, minimal):
    folder = copy_of_minimal(tmp_path)
    assert loading.load([folder]).definitions.generation == minimal.generation

    role = folder / "roles" / "clerk.yaml"
    role.write_text(blended(role.read_text(), "purpose: Registers and decides all cases.\n"))

    assert loading.load([folder]).definitions.generation != minimal.generation


def test_what_is_hashed_is_short_json_with_exact_numbers():
    assert bundles.canonical({"b": [1, None], "a": "é"}) == '{"b":[1,null],"a":"é"}'
