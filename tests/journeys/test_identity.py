"""Journeys of identity in a real browser: its virtual authenticator, a real second city as provider, sessions that end."""

import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.journeys.conftest import Served, Visitor, a_served_city

pytestmark = pytest.mark.journey
PASSWORD = "a long password of mine"
Visitors = Callable[..., Visitor]


@pytest.fixture(scope="module")
def cities(served: Served) -> Iterator[tuple[Served, Served]]:
    """A city that lets people sign in at a provider of OpenID Connect, and that provider: two servers, two databases."""
    province = served
    with tempfile.TemporaryDirectory(prefix="tongxin-providers-") as folder:
        province_base = province.base.replace("127.0.0.1", "localhost")
        provider = {
            "id": "province", "name": "省统一身份认证", "name_en": "Province sign-in", "server_url": province_base,
            "client_id": "the-city",
        }  # fmt: skip
        path = Path(folder) / "providers.json"
        path.write_text(json.dumps([provider]))
        path.chmod(0o600)
        with a_served_city(TONGXIN_OIDC_PROVIDERS=str(path)) as city:
            yield city, province


@contextmanager
def somebody(browser: Browser, served: Served, *, language: str = "zh-CN") -> Iterator[Visitor]:
    """A visitor with scripts, at the name of the host that passkeys need."""
    context = browser.new_context(locale=language, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(15_000)
    try:
        yield Visitor(context, served.base.replace("127.0.0.1", "localhost"))
    finally:
        context.close()


def a_key(page: Page, *, verifies: bool = True) -> tuple[Any, str]:
    """A virtual authenticator of the browser: makes passkeys and verifies its owner, or not."""
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": verifies, "automaticPresenceSimulation": True,
    }  # fmt: skip
    return line, line.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]


def opened(visitor: Visitor, wish: str) -> str:
    """Open an account; its sign-in name."""
    page = visitor.open("/sign-in/new/")
    for name, value in (("name", "王兰"), ("wish", wish), ("password", PASSWORD)):
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form button").click()
    visitor.check()
    found = re.search(rf"{wish}-\d{{6}}", visitor.text())
    assert found, visitor.text()
    return found[0]


def add_key(visitor: Visitor, name: str = "我的手机") -> None:
    page = visitor.open("/account/")
    page.locator("form[data-passkey=create] [name=name]").fill(name)
    page.locator("form[data-passkey=create] button").click()
    page.wait_for_url("**/account/?done=added")
    visitor.check()
    assert name in visitor.text()


def sign_out(visitor: Visitor) -> None:
    visitor.page.locator("header form[action='/sign-out/'] button").click()
    visitor.page.wait_for_url("**/")


def test_a_resident_opens_an_account_and_comes_back_with_a_passkey(
    browser: Browser, cities: tuple[Served, Served]
) -> None:
    with somebody(browser, cities[0]) as visitor:
        line, number = a_key(visitor.page)
        login = opened(visitor, "lan")
        add_key(visitor)
        [kept] = line.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
        assert kept["isResidentCredential"]
        sign_out(visitor)
        page = visitor.open("/sign-in/")
        page.locator("form[data-passkey=get] button").click()
        page.wait_for_url("**/my/")
        visitor.open("/account/")
        assert login in visitor.text() and "通行密钥" in visitor.text()
        line.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
        sign_out(visitor)
        page = visitor.open("/sign-in/")
        page.locator("form[data-passkey=get] button").click()
        page.locator("[data-said]:not(:empty)").wait_for()
        assert "/sign-in/" in page.url, "a passkey whose owner is not verified opens nothing"


def test_a_session_ended_on_another_device_is_dead_in_every_process(
    browser: Browser, cities: tuple[Served, Served]
) -> None:
    with somebody(browser, cities[0]) as first, somebody(browser, cities[0]) as second:
        login = opened(first, "hai")
        page = second.open("/sign-in/")
        page.locator("[name=login]").fill(login)
        page.locator("[name=password]").fill(PASSWORD)
        page.locator("main form[action='/sign-in/'] button").click()
        second.open("/account/")
        assert second.text().count("Chrome · Linux") == 2
        second.page.get_by_role("button", name="别处都退出").click()
        for _ in range(6):  # two server processes answer in turn
            first.open("/account/")
            assert "/sign-in/" in first.page.url


def test_the_pages_of_an_account_hold_on_a_narrow_screen_and_in_english(
    browser: Browser, cities: tuple[Served, Served]
) -> None:
    shots = Path(os.environ.get("TONGXIN_SHOTS", "")) if os.environ.get("TONGXIN_SHOTS") else None
    for language, width in (("zh-CN", 1280), ("zh-CN", 360), ("en-US", 1280), ("en-US", 320)):
        with somebody(browser, cities[0], language=language) as visitor:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            a_key(visitor.page)
            opened(visitor, "tu")
            add_key(visitor, "phone")
            for name, address in (
                ("account", "/account/"), ("totp", "/account/totp/"), ("password", "/account/password/"),
                ("representing", "/account/representing/"), ("confirm", "/confirm/"),
            ):  # fmt: skip
                page = visitor.open(address)
                _fits(page, width)
                if shots:
                    page.screenshot(path=shots / f"{name}-{language[:2]}-{width}.png", full_page=True)
            sign_out(visitor)
            for name, address in (
                ("sign-in", "/sign-in/"),
                ("open", "/sign-in/new/"),
                ("recover", "/sign-in/recover/"),
            ):
                page = visitor.open(address)
                _fits(page, width)
                if shots:
                    page.screenshot(path=shots / f"{name}-{language[:2]}-{width}.png", full_page=True)


def _fits(page: Page, width: int) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, (page.url, wide)


def test_the_desk_pages_hold_too(browser: Browser, cities: tuple[Served, Served]) -> None:
    shots = Path(os.environ["TONGXIN_SHOTS"]) if os.environ.get("TONGXIN_SHOTS") else None
    for language, width in (("zh-CN", 1280), ("en-US", 320)):
        with somebody(browser, cities[0], language=language) as visitor:
            visitor.page.set_viewport_size({"width": width, "height": 800})
            visitor.open("/sign-in/recover/").locator("[name=login]").fill("lead2")
            visitor.page.locator("main form button").click()
            visitor.check()
            visitor.sign_in("lead")
            addresses = [
                "/identity/", "/systems/", *(f"/identity/register/{w}/" for w in ("number", "organisation", "representative")),
            ]  # fmt: skip
            for place, address in enumerate(addresses):
                page = visitor.open(address)
                _fits(page, width)
                if shots:
                    page.screenshot(path=shots / f"desk{place}-{language[:2]}-{width}.png", full_page=True)
            visitor.open("/identity/").locator("a[href*='/identity/recoveries/']").first.click()
            visitor.check()
            _fits(visitor.page, width)


def test_somebody_signs_in_with_an_account_of_the_province_and_other_ways_remain(
    browser: Browser, cities: tuple[Served, Served]
) -> None:
    city, province = cities
    back = city.base.replace("127.0.0.1", "localhost") + "/sign-in/with/province/back/"
    with somebody(browser, province) as lead:
        lead.sign_in("lead")
        page = lead.open("/systems/")
        page.locator("[name=number]").fill("the-city")
        page.locator("[name=name]").fill("滨州市同心")
        page.locator("[name=address]").fill(back)
        page.locator("[name=public]").check()
        page.locator("main form[action='/systems/'] button").click()
        lead.check()
        assert "the-city" in lead.text(), lead.text()
    with somebody(browser, city) as visitor:
        login = opened(visitor, "wang")
        visitor.open("/account/").get_by_role("button", name="关联").click()
        at_province(visitor, province)
        visitor.page.wait_for_url("**/account/?done=linked")
        visitor.check()
        sign_out(visitor)
        page = visitor.open("/sign-in/")
        assert page.locator("[name=password]").count() == 1, "the password remains"
        page.get_by_role("button", name="省统一身份认证").click()
        page.wait_for_url("**/oidc/authorize**")
        agree(visitor)
        page.wait_for_url("**/my/")
        visitor.open("/account/")
        assert login in visitor.text() and "外部账户" in visitor.text()
    with somebody(browser, city) as stranger:
        page = stranger.open("/sign-in/")
        page.get_by_role("button", name="省统一身份认证").click()
        page.wait_for_url("**/sign-in/?next=**")
        other = stranger.page.url.split("/sign-in/")[0]
        page.goto(other + "/sign-in/new/")
        for name, value in (("name", "李四"), ("wish", "li"), ("password", PASSWORD)):
            page.locator(f"[name={name}]").fill(value)
        page.locator("main form button").click()
        stranger.open("/sign-in/").get_by_role("button", name="省统一身份认证").click()
        page.wait_for_url("**/oidc/authorize**")
        agree(stranger)
        page.wait_for_url("**/back/**")
        assert "还没有关联" in stranger.text(), "an outside account opens no account here by itself"


def at_province(visitor: Visitor, province: Served) -> None:
    """At the provider: open an account there, and agree."""
    page = visitor.page
    page.wait_for_url("**/sign-in/?next=**")
    wanted = page.url
    page.goto(province.base.replace("127.0.0.1", "localhost") + "/sign-in/new/")
    for name, value in (("name", "王兰"), ("wish", "pwang"), ("password", PASSWORD)):
        page.locator(f"[name={name}]").fill(value)
    page.locator("main form button").click()
    found = re.search(r"pwang-\d{6}", visitor.text())
    assert found
    page.locator("header form[action='/sign-out/'] button").click()
    page.goto(wanted)
    page.locator("[name=login]").fill(found[0])
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("main form[action='/sign-in/'] button").click()
    agree(visitor)


def agree(visitor: Visitor) -> None:
    visitor.check()
    shots = os.environ.get("TONGXIN_SHOTS")
    if shots:
        visitor.page.screenshot(path=Path(shots) / "consent.png", full_page=True)
    visitor.page.get_by_role("button", name="同意", exact=True).click()
