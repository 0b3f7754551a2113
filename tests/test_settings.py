"""Settings come from the environment; a wrong one is refused by its name."""

from django.conf import settings


def test_tests_never_use_the_folder_of_a_real_gallery():
    assert settings.DATA_DIR != settings.BASE_DIR / "var"


def test_a_person_can_be_made(alice):
    assert alice.username == "alice"
