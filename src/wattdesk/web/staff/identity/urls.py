"""Addresses under /identity/: staff and duties."""

from django.urls import URLPattern, URLResolver, path

from wattdesk.web.staff.identity import lists, person

app_name = "identity"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", lists.StaffList.as_view(), name="staff_list"),
    path("units/", lists.unit_tree, name="unit_tree"),
    path("roles/", lists.roles, name="roles"),
    path("waiting/", lists.waiting, name="waiting"),
    path("add/", person.add_person, name="add_person"),
    path("<int:staff_id>/", person.person, name="person"),
    path("<int:staff_id>/access/", person.set_access, name="set_access"),
    path("<int:staff_id>/password/", person.set_password, name="set_password"),
    path("<int:staff_id>/duties/", person.give_duty, name="give_duty"),
    path("<int:staff_id>/duties/<int:duty_id>/confirm/", person.confirm_duty, name="confirm_duty"),
    path("<int:staff_id>/duties/<int:duty_id>/end/", person.end_duty, name="end_duty"),
]
