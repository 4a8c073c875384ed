"""Addresses under /customers/: accounts."""

from django.urls import path

from wattdesk.web.staff.customers import people, price, sections, unmask
from wattdesk.web.staff.customers.account_list import AccountList

app_name = "customers"
urlpatterns = [
    path("", AccountList.as_view(), name="account_list"),
    path("<slug:number>/", sections.overview, name="account"),
    path("<slug:number>/use/", sections.use_section, name="use"),
    path("<slug:number>/bills/", sections.bills_section, name="bills"),
    path("<slug:number>/statement/", sections.statement_section, name="statement"),
    path("<slug:number>/points/", sections.points_section, name="points"),
    path("<slug:number>/agreement/", sections.agreement_section, name="agreement"),
    path("<slug:number>/agreement/price/", price.assign, name="assign_price"),
    path("<slug:number>/people/", people.people, name="people"),
    path("<slug:number>/people/<int:customer_id>/phones/new/", people.add_phone, name="add_phone"),
    path("<slug:number>/people/phones/<int:phone_id>/mark/", people.mark_phone, name="mark_phone"),
    path("<slug:number>/people/<int:customer_id>/correct/", people.correct, name="correct"),
    path("<slug:number>/time-line/", sections.time_line, name="time_line"),
    path("<slug:number>/unmask/", unmask.unmask, name="unmask"),
]
