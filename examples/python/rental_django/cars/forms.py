"""What visitors may send. No field of a card is among it: card data goes from the browser to the provider."""

from django import forms


class SignIn(forms.Form):
    """The example's sign-in: a name."""

    name = forms.RegexField(r"^[\w.@+-]{2,40}$")


class Book(forms.Form):
    """How long, and where to."""

    days = forms.IntegerField(min_value=1, max_value=30)
    one_way = forms.BooleanField(required=False)


class Billing(forms.Form):
    """Who pays; kept with the booking."""

    card_holder_name = forms.CharField(max_length=80, required=False)
    billing_address = forms.CharField(max_length=120, required=False)
    billing_city = forms.CharField(max_length=60, required=False)
    billing_zip = forms.CharField(max_length=12, required=False)
    billing_country = forms.CharField(max_length=60, required=False)


class TakeBack(forms.Form):
    """What is kept of the deposit, and why."""

    withhold = forms.DecimalField(min_value=0, max_digits=8, decimal_places=2, required=False)
    reason = forms.CharField(max_length=100, required=False)
