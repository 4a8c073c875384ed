"""Addresses under /ledger/: books and balances."""

from django.urls import URLPattern, URLResolver, path

from wattdesk.web.staff.ledger import views

app_name = "ledger"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.overview, name="overview"),
    path("books/", views.books, name="books"),
    path("accounts/<slug:number>/", views.statement, name="statement"),
    path("bills/<int:bill_id>/", views.bill, name="bill"),
]
