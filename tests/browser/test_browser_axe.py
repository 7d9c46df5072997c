"""axe-core has nothing to complain of: not on the page, folded out, nor in its bet."""

import pytest

import run
from dashboard.texts import LANGUAGES


@pytest.fixture
def reader(visitor_of, tmp_path):
    path = tmp_path / "page.html"
    assert run.main(["export", str(path)]) == 0
    visitor = visitor_of(path.as_uri())
    yield visitor
    visitor.leave()


def test_the_page_with_all_that_unfolds_and_the_bet(reader, violations):
    page = reader.open("#at=40&epochs=2")
    page.locator("#digit-list button").nth(11).wait_for()  # before that no digit has a name
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = {}
    for language in LANGUAGES:
        for theme in ("light", "dark"):
            page.click(f"[data-language={language}]")
            page.select_option("#theme", theme)
            found[language, theme] = violations(page)
    page.click("#guide-hide")
    page.click(".team.left [data-name=B]")
    found["bet"] = violations(page)
    page.click("#bet button[value=skip]")
    page.click("#teams .info")
    found["away, explained"] = violations(page)
    assert not any(found.values()), found
