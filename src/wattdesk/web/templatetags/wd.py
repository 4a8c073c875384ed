"""The small parts of every screen as template tags (the inventory of the mock-ups)."""

from django import template

register = template.Library()
