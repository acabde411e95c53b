"""A complete gateway of a host: Parcel Pay, which takes JSON, knows idempotency keys and signs with a shared secret."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from paywright import gateways as g

EVENTS: dict[str, g.PaymentEvent] = {"paid": "succeed", "refused": "fail", "closed": "cancel"}


class Parcel(g.Gateway):
    facts = g.Facts(
        name="parcel",
        product="Parcel Pay v2",
        methods=["parcel"],
        hosts=["api.parcel.example"],
        currencies=["EUR", "JPY"],
        amounts="whole minor units",
        refunds=True,
        partial_refunds=True,
        queries=True,
        freshness_s=300,
    )

    def __init__(self, api_key: str, callback_secret: str) -> None:
        self._api_key = api_key
        self._secret = callback_secret.encode()

    def call(self, operation: g.Operation, payment: g.Payment, moment: g.Moment) -> g.Request | g.Answer | g.Errand:
        if operation.verb == "pay":
            order = {"id": payment.id, "amount": payment.amount.minor, "currency": payment.amount.currency}
            return self._request("POST", "/payments", payment.id, {**order, "back": payment.return_url})
        if operation.verb == "refund" and (refund := operation.refund):
            body = {"id": refund.id, "payment": payment.id, "amount": refund.amount.minor}
            return self._request("POST", "/refunds", refund.id, body)
        if operation.verb == "cancel":
            return self._request("POST", f"/payments/{payment.id}/close", f"{payment.id}-close", {})
        if operation.verb == "query":
            return self._request("GET", f"/payments/{payment.id}")
        if operation.verb == "query_refund" and operation.refund:
            return self._request("GET", f"/refunds/{operation.refund.id}")
        raise g.Refusal("gateway_cannot", operation=operation.verb)

    def _request(self, method: Any, path: str, key: str = "", body: Any = None) -> g.Request:
        headers = {"Authorization": f"Bearer {self._api_key}", **({"Idempotency-Key": key} if key else {})}
        sent = b"" if body is None else json.dumps(body).encode()
        return g.Request(method, f"https://api.parcel.example{path}", headers, sent)

    def read(self, operation: g.Operation, payment: g.Payment, response: g.Response, moment: g.Moment) -> g.Answer:
        if response.status == 404:
            return g.NotFound()
        said = json.loads(response.body)
        if response.status >= 400:
            return g.Refused("gateway_rejected", str(said["error"]))
        if operation.verb in ("refund", "query_refund"):
            return g.RefundFact("succeed" if said["status"] == "done" else {"working": "accept"}[said["status"]])  # type: ignore[arg-type]
        if said["status"] == "open":
            return g.Waiting(g.Action("redirect", url=str(said["url"])))
        return self._fact(said)

    def _fact(self, said: Any) -> g.PaymentFact:
        event = EVENTS[said["status"]]
        if event != "succeed":
            return g.PaymentFact(event)
        return g.PaymentFact(event, g.Claim(said["amount"], said["currency"]), str(said["transaction"]))

    def receive(self, headers: g.Headers, body: bytes, moment: g.Moment) -> g.Notice | g.Errand:
        signature, sent_at = headers.one("Parcel-Signature"), headers.one("Parcel-Time")
        if not signature or not sent_at:
            raise g.Refusal("auth_missing", field="Parcel-Signature")
        right = hmac.new(self._secret, sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(right.encode(), signature.encode()):
            raise g.Refusal("auth_mismatch")
        if abs(int(moment.now.timestamp()) - int(sent_at)) > 300:
            raise g.Refusal("auth_stale")
        said = json.loads(body)
        known = said["status"] in EVENTS
        fact = self._fact(said) if known else g.Unknown(str(said["status"]))
        return g.Notice(str(said["event"]), g.Subject("payment", str(said["id"])), fact, json.dumps({"id": said["id"]}))
