"""What an installation says of its log-in service, read from the environment."""

import pytest

from server.settings import LogInService, Settings

SERVICE = {
    "PROCEDURA_OIDC_ISSUER": "https://login.example.org",
    "PROCEDURA_OIDC_CLIENT": "procedura",
    "PROCEDURA_OIDC_SECRET": "not for everybody",
}


def test_there_is_none_unless_it_is_named():
    settings = Settings.from_environment({})
    assert (settings.service, settings.passwords) == (None, True)


def test_it_is_asked_by_what_is_usual_unless_something_else_is_said():
    plain = Settings.from_environment(SERVICE).service
    assert plain == LogInService("https://login.example.org", "procedura", "not for everybody")
    more = {
        "PROCEDURA_OIDC_TITLE": "Example",
        "PROCEDURA_OIDC_SCOPES": "openid groups",
        "PROCEDURA_OIDC_GROUPS": "member_of",
        "PROCEDURA_OIDC_UNKNOWN": "enter",
        "PROCEDURA_PASSWORDS": "no",
    }
    settings = Settings.from_environment(SERVICE | more)
    assert settings.passwords is False
    assert settings.service == LogInService(
        "https://login.example.org",
        "procedura",
        "not for everybody",
        title="Example",
        scopes="openid groups",
        groups="member_of",
        enters_unknown=True,
    )


def test_its_secret_may_stand_in_a_file_and_is_never_written_out(tmp_path):
    (tmp_path / "secret").write_text("from a file\n")
    named = SERVICE | {"PROCEDURA_OIDC_SECRET_FILE": str(tmp_path / "secret")}
    service = Settings.from_environment(named).service
    assert service.secret == "from a file"
    assert "from a file" not in repr(service)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"PROCEDURA_OIDC_ISSUER": "http://login.example.org"}, "it begins with https://"),
        ({"PROCEDURA_OIDC_ISSUER": "login.example.org"}, "it begins with https://"),
        ({"PROCEDURA_OIDC_ISSUER": "ftp://localhost"}, "it begins with https://"),
        ({"PROCEDURA_OIDC_CLIENT": ""}, "PROCEDURA_OIDC_CLIENT and PROCEDURA_OIDC_SECRET"),
        ({"PROCEDURA_OIDC_SECRET": ""}, "PROCEDURA_OIDC_CLIENT and PROCEDURA_OIDC_SECRET"),
        ({"PROCEDURA_OIDC_SCOPES": "email"}, "'openid' has to be among them"),
        ({"PROCEDURA_OIDC_UNKNOWN": "maybe"}, "it is 'refuse' or 'enter'"),
        ({"PROCEDURA_PASSWORDS": "maybe"}, "it is 'yes' or 'no'"),
        ({"PROCEDURA_OIDC_ISSUER": "", "PROCEDURA_PASSWORDS": "no"}, "nobody could log in"),
    ],
)
def test_what_cannot_be_is_refused(wrong, told):
    with pytest.raises(ValueError, match=told):
        Settings.from_environment(SERVICE | wrong)


def test_on_this_machine_it_may_be_asked_without_https():
    near = SERVICE | {"PROCEDURA_OIDC_ISSUER": "http://127.0.0.1:9000"}
    assert Settings.from_environment(near).service.issuer == "http://127.0.0.1:9000"
