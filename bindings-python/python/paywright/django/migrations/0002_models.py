"""What Django knows of the tables, for the models that read them: nothing is made or changed in the database."""

import paywright.django.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("paywright", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="JournalEntry",
            fields=[
                ("sequence", models.BigIntegerField(db_column="id", primary_key=True, serialize=False)),
                ("at", paywright.django.fields.MomentField()),
                ("event", models.TextField()),
                ("actor", models.TextField()),
                ("source", models.TextField(null=True)),
                ("detail_json", models.TextField(db_column="detail")),
            ],
            options={
                "verbose_name": "journal entry",
                "verbose_name_plural": "journal",
                "db_table": "paywright_journal",
                "ordering": ["-sequence"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    paywright.django.fields.PublicIdField(
                        db_column="public_id", prefix="ord_", primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField(db_column="id", unique=True)),
                ("flow", models.TextField()),
                ("state", models.TextField()),
                ("currency", models.TextField()),
                ("reference", models.TextField(null=True)),
                ("customer", models.TextField(null=True)),
                ("total_minor", models.BigIntegerField(db_column="total")),
                ("deposit_total_minor", models.BigIntegerField(db_column="deposit_total")),
                ("paid_minor", models.BigIntegerField(db_column="paid")),
                ("refunded_minor", models.BigIntegerField(db_column="refunded")),
                ("refund_pending_minor", models.BigIntegerField(db_column="refund_pending")),
                ("metadata_json", models.TextField(db_column="metadata", null=True)),
                ("payable_until", paywright.django.fields.MomentField()),
                ("starts_at", paywright.django.fields.MomentField(null=True)),
                ("ends_at", paywright.django.fields.MomentField(null=True)),
                ("created_at", paywright.django.fields.MomentField()),
                ("updated_at", paywright.django.fields.MomentField()),
                ("version", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "order",
                "db_table": "paywright_orders",
                "ordering": ["-key"],
                "permissions": [("cancel_order", "Can cancel an order")],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    paywright.django.fields.PublicIdField(
                        db_column="public_id", prefix="pay_", primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField(db_column="id", unique=True)),
                ("gateway", models.TextField()),
                ("method", models.TextField()),
                ("reference", models.TextField(null=True)),
                ("state", models.TextField()),
                ("amount_minor", models.BigIntegerField(db_column="amount")),
                ("captured_minor", models.BigIntegerField(db_column="captured")),
                ("refunded_minor", models.BigIntegerField(db_column="refunded")),
                ("refund_pending_minor", models.BigIntegerField(db_column="refund_pending")),
                ("transaction_id", models.TextField(null=True)),
                ("late", paywright.django.fields.FlagField()),
                ("manual", paywright.django.fields.FlagField()),
                ("manual_capture", paywright.django.fields.FlagField()),
                ("failure_code", models.TextField(null=True)),
                ("failure_message", models.TextField(null=True)),
                ("description", models.TextField()),
                ("expires_at", paywright.django.fields.MomentField()),
                ("paid_at", paywright.django.fields.MomentField(null=True)),
                ("created_at", paywright.django.fields.MomentField()),
                ("updated_at", paywright.django.fields.MomentField()),
                ("version", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "payment",
                "db_table": "paywright_payments",
                "ordering": ["-key"],
                "permissions": [
                    ("refund_payment", "Can refund a payment"),
                    ("capture_payment", "Can capture a payment"),
                    ("cancel_payment", "Can cancel a payment"),
                    ("confirm_payment", "Can confirm a payment on evidence"),
                ],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="PaymentException",
            fields=[
                (
                    "id",
                    paywright.django.fields.PublicIdField(
                        db_column="public_id", prefix="exc_", primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField(db_column="id", unique=True)),
                ("kind", models.TextField()),
                ("gateway", models.TextField()),
                ("amount_minor", models.BigIntegerField(db_column="amount", null=True)),
                ("currency", models.TextField(null=True)),
                ("transaction_id", models.TextField(null=True)),
                ("explanation", models.TextField()),
                ("body", models.TextField(null=True)),
                ("suggestion", models.TextField()),
                ("resolution", models.TextField(null=True)),
                ("actor", models.TextField(null=True)),
                ("reason", models.TextField(null=True)),
                ("created_at", paywright.django.fields.MomentField()),
                ("resolved_at", paywright.django.fields.MomentField(null=True)),
            ],
            options={
                "verbose_name": "exception",
                "db_table": "paywright_exceptions",
                "ordering": ["key"],
                "permissions": [("resolve_paymentexception", "Can resolve an exception")],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "id",
                    paywright.django.fields.PublicIdField(
                        db_column="public_id", prefix="ref_", primary_key=True, serialize=False
                    ),
                ),
                ("key", models.BigIntegerField(db_column="id", unique=True)),
                ("gateway", models.TextField()),
                ("source", models.TextField()),
                ("state", models.TextField()),
                ("currency", models.TextField()),
                ("amount_minor", models.BigIntegerField(db_column="amount")),
                ("reason", models.TextField()),
                ("transaction_id", models.TextField(null=True)),
                ("failure_code", models.TextField(null=True)),
                ("failure_message", models.TextField(null=True)),
                ("created_at", paywright.django.fields.MomentField()),
                ("updated_at", paywright.django.fields.MomentField()),
                ("version", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "refund",
                "db_table": "paywright_refunds",
                "ordering": ["-key"],
                "permissions": [("confirm_refund", "Can confirm a refund on evidence")],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Transfer",
            fields=[
                ("sequence", models.BigIntegerField(db_column="id", primary_key=True, serialize=False)),
                ("kind", models.TextField()),
                ("debit", models.TextField()),
                ("credit", models.TextField()),
                ("amount_minor", models.BigIntegerField(db_column="amount")),
                ("currency", models.TextField()),
                ("gateway", models.TextField()),
            ],
            options={
                "verbose_name": "transfer",
                "verbose_name_plural": "ledger",
                "db_table": "paywright_transfers",
                "ordering": ["-sequence"],
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
    ]
