"""What Paywright raises."""

from __future__ import annotations

import copy
import pickle

import pytest

import paywright
from paywright import Paywright, PaywrightError
from scenario import SURFACE


def caught(pay: Paywright) -> PaywrightError:
    with pytest.raises(paywright.NotFound) as error:
        pay.order("ord_01KDVDNA00KSHDM8CGX0ME9JEJ")
    return error.value


def test_each_group_has_its_class() -> None:
    # Protects: a group of the core without a class would be an error about an error.
    # Adapters for web frameworks have classes of their own beside those of the core.
    known = [kind for kind in PaywrightError.__subclasses__() if kind.__module__ == "paywright.errors"]
    classes = {kind.group: kind.__name__ for kind in known}
    words = {group["name"] for group in SURFACE["groups"]}
    assert classes.keys() == words
    assert all(name.lower() == word.replace("_", "") for word, name in classes.items())


def test_an_error_tells_everything(pay: Paywright) -> None:
    # Protects: a host can branch on the code, answer with the status and show a sentence in two languages.
    error = caught(pay)
    assert error.code == "order_not_found"
    assert error.group == "not_found"
    assert error.http_status == 404
    assert error.retryable is False
    assert error.details == {"order": "ord_01KDVDNA00KSHDM8CGX0ME9JEJ"}
    assert str(error) == error.message == "Order ord_01KDVDNA00KSHDM8CGX0ME9JEJ not found."
    assert error.message_zh == "订单 ord_01KDVDNA00KSHDM8CGX0ME9JEJ 不存在。"
    assert error.reply is None


def test_a_refused_callback_carries_its_answer(pay: Paywright) -> None:
    # Protects: what the remote side is told is the core's decision, also for a refusal.
    with pytest.raises(paywright.SignatureInvalid) as error:
        pay.handle_callback("mock", headers={}, body=b"{}")
    reply = error.value.reply
    assert reply is not None
    assert reply.status >= 400
    assert type(reply.body) is bytes


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda e: pickle.loads(pickle.dumps(e))])
def test_errors_survive_a_journey(pay: Paywright, again: object) -> None:
    # Protects: a task queue that pickles exceptions loses nothing of ours.
    assert callable(again)
    with pytest.raises(PaywrightError) as refused:
        pay.handle_callback("mock", headers={}, body=b"{}")
    for error in (caught(pay), refused.value):
        found = again(error)
        assert type(found) is type(error)
        assert str(found) == str(error)
        assert vars(found) == vars(error)


def test_records_survive_a_journey(pay: Paywright) -> None:
    # Protects: a record can be cached or sent to another process.
    order = pay.create_order(currency="CNY", amount="1")
    assert pickle.loads(pickle.dumps(order)) == order
