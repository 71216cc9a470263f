"""People who sign in."""

from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person. Roles are per project (projects.Membership); a superuser is the installation's admin."""
