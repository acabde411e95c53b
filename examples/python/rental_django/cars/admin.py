"""The rental's own rows in the back office; orders, payments and refunds are there by themselves."""

from django.contrib import admin

from .models import Booking, Car, Notification


@admin.register(Car)
class CarAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("make", "model", "plate", "daily_price", "deposit", "status")


@admin.register(Booking)
class BookingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("temp_id", "customer", "car", "status", "order_id", "payment_id")
    list_filter = ("status",)
    readonly_fields = ("temp_id", "order_id", "payment_id", "status")


@admin.register(Notification)
class NotificationAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("created_at", "kind", "user", "booking")
    list_filter = ("kind", "user")
