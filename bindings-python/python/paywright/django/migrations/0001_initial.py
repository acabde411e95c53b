"""The tables that the engine had when this application came to be."""

from django.db import migrations

from paywright.django.operations import MakeTables


class Migration(migrations.Migration):
    initial = True
    operations = [MakeTables(1, 4)]
