"""The API: orders are the shop's, payments are Paywright's with the field names of the notes."""

from __future__ import annotations

from typing import Any

import paywright
from django.db import transaction
from django.http import HttpResponse
from paywright.display import qr_svg
from paywright.django import get_paywright, rest
from paywright.django.access import payment_or_404
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request

from .models import Order, Product

CURRENCY = "CNY"


class OrderSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    """An order with its state."""

    product = serializers.PrimaryKeyRelatedField(queryset=Product.objects.all(), write_only=True)
    quantity = serializers.IntegerField(min_value=1, max_value=99, default=1, write_only=True)
    status = serializers.SerializerMethodField()

    class Meta:
        model = Order
        fields = ["id", "product", "quantity", "status", "total_amount", "user", "created_at"]
        read_only_fields = ["id", "total_amount", "user", "created_at"]

    def get_status(self, order: Order) -> str:
        """The state in Paywright's flow `retail`: pending, paid, shipped, completed, …"""
        return get_paywright().order_by_reference(str(order.pk)).state

    def create(self, validated_data: dict[str, Any]) -> Order:
        """The shop's order and Paywright's: both or neither."""
        product, quantity = validated_data["product"], validated_data["quantity"]
        line = paywright.NewLine(description=product.name, unit_amount=product.price, quantity=quantity)
        with transaction.atomic():
            order = Order.objects.create(**validated_data, total_amount=product.price * quantity)
            get_paywright().create_order(
                currency=CURRENCY, lines=[line], reference=str(order.pk), customer=str(order.user_id)
            )
        return order


class OrderViewSet(mixins.CreateModelMixin, mixins.RetrieveModelMixin, mixins.ListModelMixin, viewsets.GenericViewSet):  # type: ignore[type-arg]
    """`POST /api/orders/ {"product": 1, "quantity": 2}`; a customer sees their own."""

    permission_classes = [IsAuthenticated]
    serializer_class = OrderSerializer

    def get_queryset(self) -> Any:
        """The asker's own."""
        return Order.objects.filter(user=self.request.user.pk)

    def perform_create(self, serializer: Any) -> None:
        """For whoever asks."""
        serializer.save(user=self.request.user)


class PaymentViewSet(rest.PaymentViewSet):
    """`POST /api/payments/ {"order_id": 1, "method": "wechat", "amount": "100.00"}` and what follows."""

    @action(detail=True, methods=["get"])
    def qr(self, request: Request, pk: str) -> HttpResponse:
        """What the payer scans, as a drawing."""
        payment = payment_or_404(request._request, pk)
        text = payment.action.qr_text or payment.action.url
        if not text:
            return HttpResponse(status=404)
        return HttpResponse(qr_svg(text), content_type="image/svg+xml", headers={"Cache-Control": "no-store"})
