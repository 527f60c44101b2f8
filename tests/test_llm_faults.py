"""Every fault of every provider ends in an honest answer or a named error, and is paid for once."""

from __future__ import annotations

import base64
import logging
from urllib.parse import quote

import pytest
from servers.faults import FAULTS, KEY, PAGE, PRICE, Fault, Result, expected, page, suffer, suffer_all
from servers.wires import USED, WIRES, Wire

from panel.errors import ModelError

ANSWER_USD = PRICE.cost(USED)


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give every provider a key that can be searched for."""
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "SHIPPANEL_COMPAT_API_KEY"):
        monkeypatch.setenv(name, KEY)


@pytest.mark.parametrize("wire", WIRES, ids=lambda wire: wire.provider)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_fault_ends_as_expected(fault: Fault, wire: Wire, caplog: pytest.LogCaptureFixture) -> None:
    """The outcome, the retries and the money are what the table says, and the key is nowhere."""
    caplog.set_level(logging.DEBUG)
    wanted = expected(fault, wire)
    result = await suffer(fault, wire)
    assert (result.outcome, result.retries) == (wanted.outcome, wanted.retries), result.answer
    assert all(slept >= least for slept, least in zip(result.waits, wanted.waits, strict=False))
    assert len(result.waits) >= len(wanted.waits)
    _check_money(wanted, result)
    _check_words(wanted, result, caplog.text)


def _check_money(wanted: Fault, result: Result) -> None:
    usage = result.answer.usage
    assert usage is not None
    assert usage.calls == result.requests == result.retries + 1
    confirmed = result.spent_usd - result.unconfirmed_usd
    if wanted.paid == "all":
        answers = result.requests if wanted.outcome == "unreachable" else 1
        counted = {name: answers * tokens for name, tokens in USED if name != "calls"}
        assert usage.model_dump(exclude={"calls"}) == counted
        assert confirmed == pytest.approx(answers * ANSWER_USD)
    else:
        assert confirmed == 0
        assert usage.input_tokens == usage.output_tokens == 0
    assert (result.unconfirmed_usd > 0) == (wanted.paid == "held")


def _check_words(wanted: Fault, result: Result, logged: str) -> None:
    error = result.answer
    if isinstance(error, ModelError):
        told = f"{error.message} {error.hint}"
        assert "\n" not in told
        assert error.__cause__ is None
        assert error.__context__ is None
    else:
        told = error.detail
        assert error.request_id
        assert error.served_model
    assert wanted.says in told
    everything = f"{told}{error!r}{logged}"
    for form in (KEY, quote(KEY, safe=""), base64.b64encode(KEY.encode()).decode(), KEY.encode().hex()):
        assert form not in everything


async def test_fault_page_says_what_is_measured() -> None:
    """docs/faults.md is what the program would write today."""
    assert PAGE.read_text(encoding="utf-8") == page(await suffer_all())
