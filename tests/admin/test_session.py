import pytest

from admin.session import safe


@pytest.mark.parametrize("target", ["/", "/tasks/3/?a=1&b=2", "/records/person/?search=ann%20b#x"])
def test_an_address_of_ours_is_followed(target):
    assert safe(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/ /x",
        "javascript:alert(1)",
        "tasks/3",
        "/\n//evil.example",
    ],
)
def test_any_other_address_leads_home(target):
    assert safe(target) == "/"
