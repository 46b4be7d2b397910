"""Keys as people read them."""

import pytest

from server.domain.words import in_words, words


@pytest.mark.parametrize(
    ("key", "within", "label"),
    [
        ("in_order", "in order", "In order"),
        ("in-order", "in order", "In order"),
        ("cmdb", "CMDB", "CMDB"),
        ("cis", "CIs", "CIs"),
        ("ci_relations", "CI relations", "CI relations"),
        (
            "on_list_for_next_cab_meeting",
            "on list for next CAB meeting",
            "On list for next CAB meeting",
        ),
        ("too-late-for-sla", "too late for SLA", "Too late for SLA"),
        ("cabin", "cabin", "Cabin"),
        ("", "", ""),
    ],
)
def test_a_key_reads_as_the_model_writes_its_words(key, within, label):
    assert (words(key), in_words(key)) == (within, label)
