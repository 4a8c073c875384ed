"""Addresses of signing in. The names are those that django-allauth looks up."""

from allauth.account.views import account_inactive
from django.urls import path

from wattdesk.web.access import public
from wattdesk.web.staff.signin import views

urlpatterns = [
    path("sign-in/", views.sign_in, name="account_login"),
    path("sign-out/", views.sign_out, name="account_logout"),
    path("sign-in/inactive/", public(account_inactive), name="account_inactive"),
    path("password/", views.change_password, name="account_change_password"),
]
