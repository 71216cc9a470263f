"""The product's settings, and a count of each request's queries in a header: for bench/pages.py alone."""

from evoweb.settings import *  # noqa: F403
from evoweb.settings import MIDDLEWARE as PRODUCT

MIDDLEWARE = ["bench.counting.counting", *PRODUCT]
