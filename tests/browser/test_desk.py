"""The desk in a real browser: every page as each role, in light and dark, on a phone, by keyboard, and its forms.

Pictures are written into the folder that DESK_PICTURES names.
"""

import os
from pathlib import Path

import pytest

from frontpage.store.connect import connect, fetch_all, fetch_one
from tests.browser.conftest import AXE, ROLES, OpenDesk

pytestmark = pytest.mark.slow
PHONE = {"width": 390, "height": 844}
WIDE = {"width": 1280, "height": 900}
_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']}"


#: Pixels by which a page is wider than the window, and what stands out of it.
OVERFLOW = "document.scrollingElement.scrollWidth - document.scrollingElement.clientWidth"
TOO_WIDE = """[...document.querySelectorAll("main *")].filter(one => !one.closest(".wide") &&
    one.getBoundingClientRect().right > document.documentElement.clientWidth).map(one => one.outerHTML.slice(0, 90))"""


def pages(desk: OpenDesk, role: str) -> dict[str, str]:
    """Name and path of every page that a role may open."""
    found = {
        "today": "/", "articles": "/articles", "article": f"/articles/{desk.article_id}", "rules": "/rules",
        "versions": "/versions", "version": f"/versions/{desk.version}", "experiments": "/experiments",
        "drift": "/drift?series=reads.category", "sources": "/sources", "quality": "/quality", "export": "/data",
        "runs": "/runs", "digest": "/digest",
    }  # fmt: skip
    if role != "viewer":
        found |= {"readers": "/readers?q=reader", "reader": f"/readers/{desk.reader_id}"}
    if role == "operator":
        found["quarantine"] = "/quarantine"
    return found | ({"audit": "/audit"} if role == "auditor" else {})


class visitor:
    """A page of somebody who is logged in; what the browser complains of, and what it asks other hosts for."""

    def __init__(self, browser, desk: OpenDesk, role: str, viewport=WIDE, scheme: str = "light") -> None:
        self.desk, self.role = desk, role
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", self._requested)

    def _requested(self, request) -> None:
        if not request.url.startswith((self.desk.url, "data:")):
            self.complaints.append(f"asked {request.url}")

    def __enter__(self):
        self.page.goto(f"{self.desk.url}/login")
        self.page.get_by_label("Your key").fill(self.desk.keys[self.role])
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(f"{self.desk.url}/")
        return self

    def __exit__(self, *error: object) -> None:
        self.context.close()

    def open(self, path: str) -> None:
        """A page, with all that it loads later."""
        answer = self.page.goto(self.desk.url + path, wait_until="networkidle")
        assert answer.status == 200, (self.role, path)

    def faults(self) -> list[str]:
        """What axe finds against WCAG 2.1 A and AA."""
        self.page.evaluate(AXE)
        found = self.page.evaluate(f"axe.run({_RULES})")["violations"]
        return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


def picture(page, name: str) -> None:
    """Written where DESK_PICTURES names a folder."""
    if folder := os.environ.get("DESK_PICTURES"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=False)


@pytest.mark.parametrize("role", ROLES)
def test_every_page_as_each_role(browser, desk: OpenDesk, role: str):
    """It opens, nothing is complained of or loaded from elsewhere, and axe finds nothing."""
    with visitor(browser, desk, role) as somebody:
        for path in pages(desk, role).values():
            somebody.open(path)
            assert somebody.faults() == [], path
        assert somebody.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("device", "viewport"), [("wide", WIDE), ("phone", PHONE)])
def test_light_dark_and_phone(browser, desk: OpenDesk, scheme: str, device: str, viewport):
    """Enough contrast in both, and nothing wider than a phone."""
    with visitor(browser, desk, "operator", viewport, scheme) as somebody:
        for name, path in pages(desk, "operator").items():
            somebody.open(path)
            assert somebody.faults() == [], (scheme, device, path)
            assert somebody.page.evaluate(OVERFLOW) <= 0, (device, path, somebody.page.evaluate(TOO_WIDE))
            picture(somebody.page, f"{name}-{device}-{scheme}")


def test_by_keyboard(browser, desk: OpenDesk):
    """The first key leads past the menu; a form can be opened, filled and sent without a mouse."""
    with visitor(browser, desk, "editor") as somebody:
        somebody.open(f"/articles/{desk.article_id}")
        page = somebody.page
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "To the page"
        page.keyboard.press("Enter")
        assert page.url.endswith("#main")
        page.get_by_text("Report it as misleading").focus()
        page.keyboard.press("Enter")
        page.get_by_label("What is misleading").focus()
        page.keyboard.type("a test by keyboard")
        page.keyboard.press("Enter")
        page.wait_for_load_state("networkidle")
        assert "it was reported" in page.get_by_role("status").inner_text()


def test_an_editor_retracts_what_a_reader_is_shown(browser, desk: OpenDesk):
    """Out of the list in the moment; then taken back."""
    with visitor(browser, desk, "editor") as somebody:
        page = somebody.page
        for opened, button, said in (
            ("Retract it: out of every list", "Retract", "out of every list"),
            ("Take the retraction back", "Take back", "may be listed again"),
        ):
            somebody.open(f"/articles/{desk.article_id}")
            act = page.locator("details.act").filter(has_text=opened)
            act.locator("summary").click()
            act.get_by_label("Reason").fill("a test")
            act.get_by_role("button", name=button, exact=True).click()
            page.wait_for_load_state("networkidle")
            assert said in page.get_by_role("status").inner_text()
    with connect(desk.settings.database_url) as connection:
        found = fetch_all(connection, "select actor from audit_entry where action like 'article %retract'")
    assert {row["actor"] for row in found} == {"person:editor-1"}


def test_why_is_explained_on_demand(browser, desk: OpenDesk):
    """The list is made once more, equals the stored one, and says why an article is there."""
    with visitor(browser, desk, "auditor") as somebody:
        somebody.open(f"/readers/{desk.reader_id}")
        somebody.page.get_by_label("Id of an article").fill(desk.article_id)
        somebody.page.get_by_role("button", name="Explain").click()
        somebody.page.get_by_text("candidates").first.wait_for(timeout=60_000)
        told = somebody.page.locator("#why").inner_text()
        assert "live articles" in told


def test_an_operator_goes_back_and_lets_go(browser, desk: OpenDesk):
    """A dry run first, then the pointer flips, is held, and is let go."""
    with visitor(browser, desk, "operator") as somebody:
        page = somebody.page
        somebody.open("/versions")
        page.get_by_role("link", name="go back").first.click()
        page.get_by_text("Nothing was changed yet").wait_for()
        act = page.locator("#back details.act")
        act.locator("summary").click()
        act.get_by_label("Reason").fill("a test")
        act.get_by_role("button", name="Serve it").click()
        page.wait_for_load_state("networkidle")
        assert "is served and held" in page.get_by_role("status").inner_text()
        act = page.locator("details.act").filter(has_text="Let go of run")
        act.locator("summary").click()
        act.get_by_label("Reason").fill("over")
        act.get_by_role("button", name="Let the next refresh publish").click()
        page.get_by_text("the next refresh publishes again").wait_for()
    with connect(desk.settings.database_url) as connection:
        held = fetch_one(connection, "select lift_reason from list_hold order by hold_id desc limit 1")
    assert held == {"lift_reason": "over"}


def test_a_proposal_is_looked_at_before_it_is_in_force(browser, desk: OpenDesk):
    """What a rule would change is said; nothing is in force until it is."""
    rule = "rules:\n- {id: fresh, kind: share, reason: a test, least: 1, fresh_hours: 24}\n"
    with visitor(browser, desk, "editor") as somebody:
        page = somebody.page
        somebody.open("/rules")
        page.get_by_label("All rules").fill(rule)
        page.get_by_role("button", name="What would it change?").click()
        page.get_by_role("heading", name="What would change").wait_for(timeout=60_000)
        page.get_by_label("Reason").fill("a test")
        page.get_by_role("button", name="Put into force").click()
        page.wait_for_load_state("networkidle")
        assert "version 1 is applied" in page.get_by_role("status").inner_text()
